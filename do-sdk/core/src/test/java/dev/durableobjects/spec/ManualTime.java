package dev.durableobjects.spec;

import dev.durableobjects.internal.gate.Waiting;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// Waiting whose time stands still until a test moves it on; threads are real. Safe for use by many
/// threads.
final class ManualTime implements Waiting {

    /// How soon a thread that waits for a time notices that it has come.
    private static final long GLANCE_NANOS = 1_000_000;

    private final Waiting real = Waiting.system();
    private final AtomicLong now = new AtomicLong();
    private volatile long stepNanos;
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
        now.addAndGet(-System.nanoTime());
        flows = true;
    }

    @Override
    public void park(Object blocker) {
        real.park(blocker);
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        real.parkNanos(blocker, Math.min(nanos, GLANCE_NANOS));
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
    public Thread start(String name, Runnable body) {
        return real.start(name, body);
    }

    @Override
    public long nanoTime() {
        return flows ? now.get() + System.nanoTime() : now.addAndGet(stepNanos);
    }
}
