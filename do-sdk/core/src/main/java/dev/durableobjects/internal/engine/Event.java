package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObject;
import org.jspecify.annotations.Nullable;

/// Something that happens to an object: it runs inside, as one turn. Only the object's thread may
/// run it.
///
/// @param <R> what it returns
/// @param <X> what it may throw
@FunctionalInterface
interface Event<R extends @Nullable Object, X extends Exception> {

    /// Runs inside the object.
    R run(DurableObject object) throws X;

    /// Runs in an activation, whose instance is made first if there is none.
    default R runIn(Activation activation) throws X {
        return run(activation.instance().get());
    }
}
