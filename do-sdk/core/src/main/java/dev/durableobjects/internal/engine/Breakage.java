package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObjectException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Whether an activation is broken, and why. Safe for use by many threads.
final class Breakage {

    /// Who is to blame for a break.
    enum Blame {
        /// The code of the object.
        APPLICATION,
        /// A fault that would have broken any other object as well.
        NODE
    }

    private record Reason(DurableObjectException why, Blame blame) {}

    private final AtomicReference<@Nullable Reason> reason = new AtomicReference<>();

    private volatile boolean dropsAlarm;

    /// Remembers a reason.
    ///
    /// @return whether it is the first
    boolean begin(DurableObjectException why, Blame blame) {
        return reason.compareAndSet(null, new Reason(why, blame));
    }

    /// Returns whether it is broken by a fault of the node.
    boolean isFaultOfNode() {
        Reason known = reason.get();
        return known != null && known.blame() == Blame.NODE;
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
        Reason known = reason.get();
        if (known != null) {
            throw Failures.again(known.why(), null);
        }
    }

    /// Throws the reason, if there is one, instead of the event's exception, unless that exception
    /// is the reason.
    ///
    /// @return whether it is
    /// @throws DurableObjectException with the stack of the calling thread
    @SuppressWarnings("ReferenceEquality") // Whether it is the same exception is the question.
    boolean checkInsteadOf(Throwable thrown) {
        Reason known = reason.get();
        if (known != null && known.why().getCause() != thrown) {
            throw Failures.again(known.why(), thrown);
        }
        return known != null;
    }
}
