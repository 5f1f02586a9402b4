package dev.durableobjects.internal.engine;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One event on its thread: found by an outgoing call, which leaves the object and comes back. Only
/// its thread may use it.
///
/// @param activation the object
/// @param depth how many calls from object to object lead here, 1 for a call from outside
record Turn(Activation activation, int depth) {

    private static final ScopedValue<Turn> CURRENT = ScopedValue.newInstance();

    /// Returns the turn whose object the calling thread is inside of.
    static Optional<Turn> current() {
        return CURRENT.isBound() && CURRENT.get().activation.isHeld()
                ? Optional.of(CURRENT.get())
                : Optional.empty();
    }

    /// Returns the depth that a call by this thread has.
    static int nextDepth() {
        return CURRENT.isBound() ? CURRENT.get().depth + 1 : 1;
    }

    /// Runs an event of the object inside this turn.
    <R extends @Nullable Object, X extends Exception> R run(Event<R, X> event) throws X {
        return ScopedValue.where(CURRENT, this).<R, X>call(() -> event.run(activation.instance()));
    }
}
