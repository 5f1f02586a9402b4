package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.gate.Latch;
import dev.durableobjects.internal.gate.Waiting;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A thread that does one thing after the other until it is closed. Safe for use by many threads.
final class BackgroundThread {

    /// Seconds that what is under way has to end when the thread is closed.
    private static final int CLOSE_SECONDS = 10;

    private final Waiting waiting;
    private final Latch ended;
    private volatile @Nullable Thread thread;
    private volatile boolean closed;

    /// Makes a thread that has not started.
    BackgroundThread(Waiting waiting) {
        this.waiting = waiting;
        this.ended = new Latch(waiting);
    }

    /// Starts the thread.
    ///
    /// @param turn what it does until it is closed
    void start(String name, Runnable turn) {
        thread = waiting.start(name, () -> run(turn));
    }

    private void run(Runnable turn) {
        try {
            while (!closed) {
                turn.run();
            }
        } finally {
            ended.open();
        }
    }

    /// Waits, on this thread, to be woken. It may go on without that.
    void rest() {
        if (!closed) { // What it did before may have used up the permit to go on.
            waiting.park(this);
        }
    }

    /// Waits, on this thread, to be woken, but not for longer than that.
    void rest(long nanosMax) {
        if (!closed) {
            waiting.parkNanos(this, nanosMax);
        }
    }

    /// Lets the thread look again.
    void wake() {
        Thread started = thread;
        if (started != null) {
            waiting.unpark(started);
        }
    }

    /// Returns whether nothing more is to be begun.
    boolean isClosed() {
        return closed;
    }

    /// Ends the thread, and waits for that, but not if it takes long.
    void close() {
        closed = true;
        if (thread != null) {
            wake();
            ended.awaitUntil(waiting.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS));
        }
    }

    /// Returns whether it does nothing any more, or was never started.
    boolean hasEnded() {
        return thread == null || ended.isOpen();
    }

    /// Waits until it does nothing any more.
    void awaitEnd() {
        if (thread != null) {
            ended.await();
        }
    }
}
