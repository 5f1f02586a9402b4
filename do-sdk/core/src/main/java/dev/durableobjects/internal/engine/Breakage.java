package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObjectException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Whether an activation is broken, and why. Safe for use by many threads.
final class Breakage {

    private final AtomicReference<@Nullable DurableObjectException> reason =
            new AtomicReference<>();

    private volatile boolean dropsAlarm;

    /// Remembers a reason.
    ///
    /// @return whether it is the first
    boolean begin(DurableObjectException why) {
        return reason.compareAndSet(null, why);
    }

    /// Says that an alarm which runs now is not run again after the break.
    void dropAlarm() {
        dropsAlarm = true;
    }

    boolean dropsAlarm() {
        return dropsAlarm;
    }

    boolean isBroken() {
        return reason.get() != null;
    }

    /// Throws the reason, if there is one.
    ///
    /// @throws DurableObjectException with the stack of the calling thread
    void check() {
        DurableObjectException why = reason.get();
        if (why != null) {
            throw Failures.again(why, null);
        }
    }

    /// Throws the reason, if there is one, instead of the event's exception, unless that exception
    /// is the reason.
    ///
    /// @return whether it is
    /// @throws DurableObjectException with the stack of the calling thread
    @SuppressWarnings("ReferenceEquality") // Whether it is the same exception is the question.
    boolean checkInsteadOf(Throwable thrown) {
        DurableObjectException why = reason.get();
        if (why != null && why.getCause() != thrown) {
            throw Failures.again(why, thrown);
        }
        return why != null;
    }
}
