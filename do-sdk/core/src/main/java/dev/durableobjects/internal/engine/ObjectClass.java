package dev.durableobjects.internal.engine;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.sql.SqlPolicy;
import dev.durableobjects.websocket.SocketQueuePolicy;
import java.util.function.BiFunction;

/// What a namespace knows about the class of its objects. Immutable, but for what the admitter
/// counts.
///
/// @param binding the name and the interface of the namespace
/// @param uniqueKey the immutable key from which ids and file names derive
/// @param factory makes an instance, which implements the interface
/// @param admitter keeps the admission policy
/// @param sqlPolicy what SQL the objects may run
/// @param socketQueuePolicy what becomes of sockets whose peer reads too slowly
/// @param <T> the interface through which the objects are called
public record ObjectClass<T>(
        Binding<T> binding,
        String uniqueKey,
        BiFunction<DurableObjectState, Env, ? extends DurableObject> factory,
        Admitter admitter,
        SqlPolicy sqlPolicy,
        SocketQueuePolicy socketQueuePolicy) {

    /// Returns what logs and messages call an object.
    String nameOf(DurableObjectId id) {
        return binding.name() + " " + id.name().orElse(id.toString());
    }

    /// Makes an instance.
    ///
    /// @throws IllegalStateException if it does not implement the interface, which only an
    ///   unchecked cast of the binding can hide from the compiler
    DurableObject create(DurableObjectState ctx, Env env) {
        DurableObject made = factory.apply(ctx, env);
        if (!binding.api().isInstance(made)) {
            throw new IllegalStateException(
                    "namespace %s: %s does not implement %s"
                            .formatted(
                                    binding.name(),
                                    made == null ? "null" : made.getClass().getName(),
                                    binding.api().getName()));
        }
        return made;
    }
}
