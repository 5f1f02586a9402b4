package dev.durableobjects.internal.gate;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Something that happens once, and that threads wait for. Safe for use by many threads.
public final class Latch {

    private final Waiting waiting;

    // Guarded by this; null once it is open.
    private @Nullable List<Thread> waiters = new ArrayList<>();
    private volatile boolean open;

    /// Makes a closed latch.
    public Latch(Waiting waiting) {
        this.waiting = waiting;
    }

    /// Lets everybody go on, now and later.
    public void open() {
        List<Thread> released;
        synchronized (this) {
            open = true;
            released = waiters == null ? List.of() : waiters;
            waiters = null;
        }
        released.forEach(waiting::unpark);
    }

    /// Returns whether it is open.
    public boolean isOpen() {
        return open;
    }

    /// Waits until it is open; an interrupt waits.
    public void await() {
        if (join()) {
            waiting.await(this, () -> open);
        }
    }

    /// Waits until it is open or this time of [Waiting#nanoTime] has come; an interrupt waits.
    ///
    /// @return whether it is open
    public boolean awaitUntil(long deadline) {
        if (!join()) {
            return true;
        }
        boolean isOpen = waiting.awaitUntil(this, () -> open, deadline);
        leave();
        return isOpen;
    }

    private synchronized boolean join() {
        return waiters != null && waiters.add(Thread.currentThread());
    }

    private synchronized void leave() {
        if (waiters != null) {
            waiters.remove(Thread.currentThread());
        }
    }
}
