package dev.durableobjects.internal.engine;

import org.jspecify.annotations.Nullable;

/// Something that happens to an object: it runs inside, as one turn. Only the object's thread may
/// run it, and only the thread that asks for it is told that it waits.
///
/// @param <R> what it returns
/// @param <X> what it may throw
@FunctionalInterface
interface Event<R extends @Nullable Object, X extends Exception> {

    /// Runs inside of an activation. Its instance is made when the event asks for it, if there is
    /// none.
    R run(Activation entered) throws X;

    /// Says that it waits for its turn, since another event is inside. It may be said again.
    default void waits() {}
}
