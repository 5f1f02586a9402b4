package dev.durableobjects.spec;

import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.internal.socket.Transport;
import dev.durableobjects.websocket.WebSocketPair;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/// A peer that says nothing, and whose connection does not end when it is closed.
final class StuckTransport implements Transport {

    final CountDownLatch reading = new CountDownLatch(1);
    final Semaphore written = new Semaphore(0);
    final CountDownLatch closing = new CountDownLatch(1);
    final CountDownLatch over = new CountDownLatch(1);

    /// Lets object `a` accept a socket.
    static HeldSocket accept(ProbeRuntime runtime) throws Exception {
        CompletableFuture<HeldSocket> accepted = new CompletableFuture<>();
        runtime.in(
                "a",
                (self, x) -> {
                    WebSocketPair pair = WebSocketPair.create();
                    self.ctx().acceptWebSocket(pair.server());
                    return accepted.complete((HeldSocket) pair.client().connection().orElseThrow());
                });
        return accepted.join();
    }

    @Override
    public byte read() {
        reading.countDown();
        awaitEnd();
        throw new Gone(new IllegalStateException("over"));
    }

    @Override
    public byte[] read(int length) {
        return new byte[] {read()};
    }

    @Override
    public void write(byte[] bytes, int length) {
        written.release();
    }

    @Override
    public void close() {
        closing.countDown();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
