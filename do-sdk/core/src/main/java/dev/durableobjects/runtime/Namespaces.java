package dev.durableobjects.runtime;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObjectNamespace;
import dev.durableobjects.Env;
import dev.durableobjects.internal.engine.Namespace;
import dev.durableobjects.internal.engine.Node;
import dev.durableobjects.internal.engine.ObjectClass;
import dev.durableobjects.internal.engine.ObjectDirectory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The namespaces of a runtime by the names of their bindings. Safe for use by many threads.
final class Namespaces implements Env {

    private final Map<String, Namespace<?>> byName = new LinkedHashMap<>();

    Namespaces(Node node, ObjectDirectory directory, List<ObjectClass<?>> classes) {
        for (ObjectClass<?> type : classes) {
            byName.put(type.binding().name(), new Namespace<>(node, directory, type, this));
        }
    }

    @Override
    public <T> DurableObjectNamespace<T> namespace(Binding<T> binding) {
        return of(binding);
    }

    /// Returns the namespace of a binding, as the engine has it.
    ///
    /// @throws IllegalArgumentException as [#namespace] does
    @SuppressWarnings("unchecked") // Equal bindings have the same type argument.
    <T> Namespace<T> of(Binding<T> binding) {
        requireNonNull(binding, "binding must be a Binding, was null");
        Namespace<?> namespace = byName.get(binding.name());
        if (namespace == null) {
            throw new IllegalArgumentException(
                    "no namespace is bound to %s; there are %s"
                            .formatted(binding.name(), byName.keySet()));
        }
        if (!namespace.type().binding().equals(binding)) {
            throw new IllegalArgumentException(
                    "namespace %s was registered with the interface %s, not %s"
                            .formatted(
                                    binding.name(),
                                    namespace.type().binding().api().getName(),
                                    binding.api().getName()));
        }
        return (Namespace<T>) namespace;
    }
}
