package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.Limit;
import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.internal.socket.Transport;
import dev.durableobjects.runtime.DurableObjectsBuilder;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import dev.durableobjects.websocket.WebSocketPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The thread that watches over all connections, beside connections that do their worst.
@Timeout(60)
class LivenessSpec {

    @TempDir private Path directory;
    private final ManualTime time = new ManualTime();

    @Test
    void silentPeersAreCutOffAlthoughTheEndOfAConnectionBlocks() throws Exception {
        List<Stuck> networks = List.of(new Stuck(), new Stuck(), new Stuck());
        List<Thread> readers = new ArrayList<>();
        try (ProbeRuntime runtime = new ProbeRuntime(directory, this::set);
                AutoCloseable _ = time::flow) {
            for (Stuck network : networks) {
                HeldSocket socket = accept(runtime);
                readers.add(Thread.ofVirtual().start(() -> socket.serve(network)));
                network.reading.await();
            }
            for (int pings = 0; pings < 2; pings++) {
                time.pass(Duration.ofSeconds(20));
                for (Stuck network : networks) {
                    network.written.acquire();
                }
            }
            time.pass(Duration.ofSeconds(20));

            for (Stuck network : networks) {
                network.closing.await(); // Each one, though none of them returns.
            }

            assertThat(runtime.objects().metrics().cutOff(), is(3L));
            networks.forEach(network -> network.over.countDown());
            for (Thread reader : readers) {
                reader.join();
            }
        }
    }

    @Test
    void aSocketThatNobodyOpensIsGivenUp() throws Exception {
        try (ProbeRuntime runtime = new ProbeRuntime(directory, this::set);
                AutoCloseable _ = time::flow) {
            runtime.listener = new Ends();
            accept(runtime);

            time.pass(Duration.ofSeconds(10));

            runtime.awaitLog("1006 'WebSocket disconnected without sending Close frame.' unclean");
            assertThat(runtime.in("a", (self, x) -> self.ctx().webSockets().size()), is(0));
        }
    }

    /// Logs how sockets end.
    private static final class Ends implements Probe.Listener {

        @Override
        public void onMessage(Probe self, WebSocket socket, WebSocketMessage message) {}

        @Override
        public void onEnd(Probe self, WebSocket socket, String what) {
            self.log().add(what);
        }
    }

    /// An object that is about to leave when the time jumps has no time left for its `preShutdown`:
    /// that resets it, and its sockets end before anybody can miss their peers.
    private void set(DurableObjectsBuilder builder) {
        TestRuntime.withWaiting(builder, time).limit(Limit.IDLE_SECONDS, 1_000_000);
    }

    private static HeldSocket accept(ProbeRuntime runtime) throws Exception {
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

    /// A peer that says nothing, and whose connection does not end when it is closed.
    private static final class Stuck implements Transport {

        private final CountDownLatch reading = new CountDownLatch(1);
        private final Semaphore written = new Semaphore(0);
        private final CountDownLatch closing = new CountDownLatch(1);
        private final CountDownLatch over = new CountDownLatch(1);

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
}
