package dev.durableobjects.internal.gate;

import java.util.concurrent.atomic.AtomicInteger;

/// Waiting that cannot start the first threads of a name. Safe for use by many threads.
public final class FaultyWaiting implements Waiting {

    private final Waiting real;
    private final String name;
    private final AtomicInteger left;

    /// @param count how many of them
    public FaultyWaiting(Waiting real, String name, int count) {
        this.real = real;
        this.name = name;
        this.left = new AtomicInteger(count);
    }

    /// Returns how many are still to fail.
    public int left() {
        return left.get();
    }

    @Override
    public Thread start(String started, Runnable body) {
        if (started.equals(name) && left.getAndUpdate(count -> Math.max(0, count - 1)) > 0) {
            throw new OutOfMemoryError("on purpose");
        }
        return real.start(started, body);
    }

    @Override
    public void park(Object blocker) {
        real.park(blocker);
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        real.parkNanos(blocker, nanos);
    }

    @Override
    public void giveWay() {
        real.giveWay();
    }

    @Override
    public void unpark(Thread thread) {
        real.unpark(thread);
    }

    @Override
    public long nanoTime() {
        return real.nanoTime();
    }
}
