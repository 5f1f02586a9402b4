package dev.durableobjects.internal.edge;

import dev.durableobjects.internal.gate.Waiting;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The requests whose answers have not been made and sent, so that a closing runtime can let them
/// finish. Safe for use by many threads.
public final class Traffic {

    private final Waiting waiting;
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile @Nullable Thread waiter;
    private volatile boolean closed;

    /// Starts with no requests, and takes new ones.
    public Traffic(Waiting waiting) {
        this.waiting = waiting;
    }

    /// Counts a request; every call is followed by one of [#leave].
    ///
    /// @return whether requests are still taken
    boolean enter() {
        underWay.incrementAndGet();
        return !closed;
    }

    void leave() {
        Thread waits = waiter;
        if (underWay.decrementAndGet() == 0 && waits != null) {
            waiting.unpark(waits);
        }
    }

    /// Takes no more requests, and waits until those under way have finished.
    ///
    /// @param deadline when to stop waiting, a time of [Waiting#nanoTime]
    public void close(long deadline) {
        waiter = Thread.currentThread();
        closed = true;
        waiting.awaitUntil(this, () -> underWay.get() == 0, deadline);
    }
}
