package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.gate.Waiting;
import java.util.concurrent.CountDownLatch;

/// Waits for real, and lets the thread of history begin only when a test says so: until then the
/// test is that thread. Safe for use by many threads.
final class HeldWaiting implements Waiting {

    private final Waiting real = Waiting.system();
    private final CountDownLatch released = new CountDownLatch(1);

    void release() {
        released.countDown();
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
    public void unpark(Thread thread) {
        real.unpark(thread);
    }

    @Override
    public Thread start(String name, Runnable body) {
        return real.start(
                name,
                () -> {
                    if (name.equals("durable-history")) {
                        await();
                    }
                    body.run();
                });
    }

    private void await() {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void giveWay() {
        real.giveWay();
    }

    @Override
    public long nanoTime() {
        return real.nanoTime();
    }
}
