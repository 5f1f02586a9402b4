package dev.durableobjects.internal.engine;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.internal.rpc.MethodTable;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/// What a namespace knows about the class of its objects. Immutable.
///
/// @param binding the name and the interface of the namespace
/// @param uniqueKey the immutable key from which ids and file names derive
/// @param factory makes an instance
/// @param admits whether the namespace admits a name
/// @param <T> the interface through which the objects are called
public record ObjectClass<T>(
        Binding<T> binding,
        String uniqueKey,
        BiFunction<DurableObjectState, Env, ? extends T> factory,
        Predicate<String> admits) {

    /// Makes an instance.
    ///
    /// @throws IllegalStateException if the factory makes something that is not a DurableObject
    DurableObject create(DurableObjectState ctx, Env env) {
        T object = factory.apply(ctx, env);
        if (object instanceof DurableObject durable) {
            return durable;
        }
        throw new IllegalStateException(
                "namespace %s: %s must extend %s"
                        .formatted(
                                binding.name(),
                                object.getClass().getName(),
                                DurableObject.class.getName()));
    }

    MethodTable<T> methods() {
        return new MethodTable<>(binding.api());
    }
}
