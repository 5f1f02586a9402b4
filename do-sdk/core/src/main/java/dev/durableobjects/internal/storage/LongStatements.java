package dev.durableobjects.internal.storage;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Lets statements that run long take turns on the processors, one fewer at a time than there are,
/// so that everybody else finds one free. Without it the operating system shares the processors
/// among all of them, and a short write waits behind each. Safe for use by many threads.
final class LongStatements {

    /// A statement that has run for less is none of these.
    static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /// How long a turn is if others wait.
    static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long LOOK_MILLIS = 20;

    /// First come, first served: who has had a turn goes to the end.
    private static final Semaphore TURNS =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() - 1), true);

    private LongStatements() {}

    /// Waits for a turn, on the carrier: the statement is in the middle of native code.
    ///
    /// @param clock says when to stop waiting
    /// @return whether there is a turn now, which [#leave] ends
    static boolean enter(StatementClock clock) {
        try {
            while (!clock.isStopped()) {
                if (TURNS.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // It goes on without a turn.
        }
        return false;
    }

    /// Ends a turn.
    static void leave() {
        TURNS.release();
    }
}
