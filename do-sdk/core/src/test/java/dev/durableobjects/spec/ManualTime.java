package dev.durableobjects.spec;

import dev.durableobjects.internal.gate.ForwardingWaiting;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// Waiting whose time stands still until a test moves it on; threads are real. Safe for use by many
/// threads.
final class ManualTime extends ForwardingWaiting {

    /// How soon a thread that waits for a time notices that it has come.
    private static final long GLANCE_NANOS = 1_000_000;

    private final AtomicLong now = new AtomicLong();
    private volatile long stepNanos;
    private volatile long flowsSince;
    private volatile boolean flows;

    /// Lets time pass.
    void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    /// Lets each look at the time move it on by this much.
    void hurry(Duration step) {
        stepNanos = step.toNanos();
    }

    /// Lets time pass by itself from now on.
    void flow() {
        flowsSince = System.nanoTime();
        flows = true;
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        super.parkNanos(blocker, Math.min(nanos, GLANCE_NANOS));
    }

    @Override
    public long nanoTime() {
        return flows ? now.get() + System.nanoTime() - flowsSince : now.addAndGet(stepNanos);
    }
}
