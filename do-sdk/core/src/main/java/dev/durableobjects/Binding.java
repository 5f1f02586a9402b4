package dev.durableobjects;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.internal.value.Unicode;

/// Names a namespace in the code of an application and says which interface its objects answer to.
///
/// A binding is the key under which a Worker or an object finds the namespace in its [Env]. It is a
/// value; two bindings of the same name and interface are equal. Immutable.
///
/// @param name the name of the binding, by convention in upper case, for example `FLIGHT`
/// @param api the Java interface through which the objects are called
/// @param <T> the same interface
public record Binding<T>(String name, Class<T> api) {

    /// Checks the components.
    ///
    /// @throws IllegalArgumentException if the name is not 1 to 64 letters, digits, `_` or `-`, or
    ///   if `api` is not an interface
    public Binding {
        requireNonNull(name, "name must be a text, was null");
        requireNonNull(api, "api must be an interface, was null");
        if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
            throw new IllegalArgumentException(
                    "a binding's name must be 1-64 letters, digits, '_' or '-', was '%s'"
                            .formatted(Unicode.visible(name)));
        }
        if (!api.isInterface()) {
            throw new IllegalArgumentException(
                    "binding %s: %s is not an interface; declare the methods that others may call"
                                    .formatted(name, api.getName())
                            + " in an interface and let the object's class implement it");
        }
    }

    /// Returns the binding of this name and interface.
    public static <T> Binding<T> of(String name, Class<T> api) {
        return new Binding<>(name, api);
    }
}
