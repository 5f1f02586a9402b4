package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.gate.ForwardingWaiting;
import java.util.concurrent.CountDownLatch;

/// Waits for real, and lets the thread of history begin only when a test says so: until then the
/// test is that thread. Safe for use by many threads.
final class HeldWaiting extends ForwardingWaiting {

    private final CountDownLatch released = new CountDownLatch(1);

    void release() {
        released.countDown();
    }

    @Override
    public Thread start(String name, Runnable body) {
        return super.start(
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
}
