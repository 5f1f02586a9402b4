package dev.durableobjects.internal.gate;

import java.util.concurrent.atomic.AtomicInteger;

/// Waiting that cannot start the first threads of a name. Safe for use by many threads.
public final class FaultyWaiting extends ForwardingWaiting {

    private final String name;
    private final AtomicInteger left;

    /// @param count how many of them
    public FaultyWaiting(Waiting real, String name, int count) {
        super(real);
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
        return super.start(started, body);
    }
}
