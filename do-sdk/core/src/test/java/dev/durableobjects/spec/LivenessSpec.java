package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.Limit;
import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.runtime.DurableObjectsBuilder;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
        List<StuckTransport> networks =
                List.of(new StuckTransport(), new StuckTransport(), new StuckTransport());
        List<Thread> readers = new ArrayList<>();
        try (ProbeRuntime runtime = new ProbeRuntime(directory, this::set);
                AutoCloseable _ = time::flow) {
            for (StuckTransport network : networks) {
                HeldSocket socket = StuckTransport.accept(runtime);
                readers.add(Thread.ofVirtual().start(() -> socket.serve(network)));
                network.reading.await();
            }
            for (int pings = 0; pings < 2; pings++) {
                time.pass(Duration.ofSeconds(20));
                for (StuckTransport network : networks) {
                    network.written.acquire();
                }
            }
            time.pass(Duration.ofSeconds(20));

            for (StuckTransport network : networks) {
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
            StuckTransport.accept(runtime);

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
}
