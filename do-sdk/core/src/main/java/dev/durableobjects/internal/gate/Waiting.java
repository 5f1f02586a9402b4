package dev.durableobjects.internal.gate;

import java.util.function.BooleanSupplier;

/// The one way in which the engine waits, starts threads and reads the time that waits are measured
/// in. A simulation replaces it by a scheduler of its own that runs one thread at a time.
///
/// Safe for use by many threads.
public interface Waiting {

    /// Blocks the calling thread until another thread unparks it. May return earlier for no reason,
    /// and returns at once while the thread is interrupted, so callers check their condition in a
    /// loop.
    void park(Object blocker);

    /// Blocks like [#park], at most for this time.
    void parkNanos(Object blocker, long nanos);

    /// Blocks the calling thread until a condition holds. Whoever brings that about unparks the
    /// thread. An interrupt waits.
    default void await(Object blocker, BooleanSupplier condition) {
        boolean isInterrupted = false;
        while (!condition.getAsBoolean()) {
            park(blocker);
            isInterrupted |= Thread.interrupted();
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Blocks like [#await], at most until this time of [#nanoTime].
    ///
    /// @return whether the condition holds
    default boolean awaitUntil(Object blocker, BooleanSupplier condition, long deadline) {
        boolean isInterrupted = false;
        boolean holds = condition.getAsBoolean();
        for (long left = deadline - nanoTime(); !holds && left > 0; left = deadline - nanoTime()) {
            parkNanos(blocker, left);
            isInterrupted |= Thread.interrupted();
            holds = condition.getAsBoolean();
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        return holds;
    }

    /// Lets those threads run first that could run now.
    void giveWay();

    /// Lets a parked thread go on; if it does not park yet, its next park returns at once.
    void unpark(Thread thread);

    /// Starts a virtual thread.
    Thread start(String name, Runnable body);

    /// Returns a time in nanoseconds that only moves forward; only differences mean anything.
    long nanoTime();

    /// Returns the real thing: `LockSupport`, virtual threads and the system's clock.
    static Waiting system() {
        return SystemWaiting.INSTANCE;
    }
}
