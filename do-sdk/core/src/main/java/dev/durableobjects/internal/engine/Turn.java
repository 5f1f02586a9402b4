package dev.durableobjects.internal.engine;

import dev.durableobjects.internal.gate.CriticalSection;
import org.jspecify.annotations.Nullable;

/// One event on its thread: found by an outgoing call, which leaves the object and comes back. Only
/// its thread may use it.
final class Turn {

    /// A ScopedValue would do the same, and make 56 bytes of garbage for each call.
    private static final ThreadLocal<@Nullable Turn> CURRENT = new ThreadLocal<>();

    private final Activation activation;
    private final @Nullable Turn caller;
    private final int depth;
    private @Nullable CriticalSection section;

    /// Begins a turn of the calling thread.
    ///
    /// @param section the critical section that the event belongs to
    Turn(Activation activation, @Nullable CriticalSection section) {
        this.activation = activation;
        this.caller = bound();
        this.depth = caller == null ? 1 : caller.depth + 1;
        this.section = section;
    }

    /// Returns the innermost turn that the calling thread is in, whether it is inside the object or
    /// has gone out for a call.
    static @Nullable Turn bound() {
        return CURRENT.get();
    }

    /// Returns the critical section that a call by this thread to an object belongs to: the one
    /// that it was in when the chain of calls left that object.
    static @Nullable CriticalSection sectionOf(Activation activation) {
        Turn turn = lastIn(activation);
        return turn == null ? null : turn.section;
    }

    /// Returns whether the chain of calls that the calling thread is in leads through an object.
    static boolean leadsThrough(Activation activation) {
        return lastIn(activation) != null;
    }

    @SuppressWarnings("ReferenceEquality") // It is this activation, or it is another one.
    private static @Nullable Turn lastIn(Activation activation) {
        Turn turn = bound();
        while (turn != null && turn.activation != activation) {
            turn = turn.caller;
        }
        return turn;
    }

    Activation activation() {
        return activation;
    }

    /// Returns where the calling thread is, which is not inside this object, and what to do.
    @SuppressWarnings("ReferenceEquality") // It is this activation, or it is another one.
    static String insteadOf(Activation activation) {
        Turn turn = bound();
        if (turn != null && turn.activation == activation) {
            return "inside of ctx.await other events have it. Use it before or after";
        }
        Thread thread = Thread.currentThread();
        String name = thread.getName().isEmpty() ? "#" + thread.threadId() : thread.getName();
        return "this is %s thread '%s'. Call a method of the object instead"
                .formatted(thread.isVirtual() ? "the virtual" : "the", name);
    }

    /// Returns how many calls from object to object lead here, 1 for a call from outside.
    int depth() {
        return depth;
    }

    @Nullable CriticalSection section() {
        return section;
    }

    void section(@Nullable CriticalSection entered) {
        section = entered;
    }

    /// Runs an event of the object inside this turn.
    <R extends @Nullable Object, X extends Exception> R run(Event<R, X> event) throws X {
        CURRENT.set(this);
        try {
            return event.run(activation);
        } finally {
            CURRENT.set(caller);
        }
    }
}
