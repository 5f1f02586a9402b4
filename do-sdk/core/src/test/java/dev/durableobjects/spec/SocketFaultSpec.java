package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.internal.gate.FaultyWaiting;
import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.internal.socket.Transport;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import dev.durableobjects.websocket.WebSocketPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Faults of the runtime around its sockets: each ends one connection at most, of which the object
/// hears, and nothing that serves others.
@Timeout(60)
class SocketFaultSpec {

    private static final String LOST =
            "1006 'WebSocket disconnected without sending Close frame.' unclean";

    @TempDir private Path directory;
    private final ManualTime time = new ManualTime();
    private FaultyWaiting waiting;
    private ProbeRuntime runtime;

    @AfterEach
    void stop() {
        time.flow();
        runtime.close();
    }

    @Test
    void aFaultOfReadingEndsTheConnectionAndTheObjectHearsOfIt() throws Exception {
        start("none");
        Faulty network = new Faulty(new IllegalStateException("on purpose"), null);
        HeldSocket socket = accept();

        socket.serve(network);

        assertThat(runtime.log, contains("error: on purpose"));
        assertThat(runtime.objects().metrics().broken(), is(1L));
        network.closed.await();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "durable-socket-writer"})
    void aFaultOfWritingEndsTheConnectionAndNoOther(String thread) throws Exception {
        start(thread);
        Faulty network = new Faulty(null, new IllegalStateException("on purpose"));
        Faulty other = new Faulty(null, null);
        Thread reader = serve(accept(), network);
        Thread otherReader = serve(accept(), other);

        runtime.in(
                "a",
                (self, x) -> {
                    self.ctx().webSockets().reversed().forEach(socket -> socket.send("x"));
                    return "";
                });

        other.written.await();
        reader.join();
        assertThat(runtime.log, contains(LOST));
        assertThat(runtime.objects().metrics().broken(), is(1L));
        other.close();
        otherReader.join();
    }

    @ParameterizedTest
    @ValueSource(strings = {"durable-socket-expired", "durable-socket-close"})
    void whoWatchesOverSocketsSurvivesAFault(String thread) throws Exception {
        start(thread);
        Faulty silent = new Faulty(null, null);
        Thread reader = serve(accept(), silent);
        accept(); // And nobody opens it.

        for (int i = 0; i < 3; i++) {
            time.pass(Duration.ofSeconds(20));
            silent.awaitPings(i + 1);
        }

        reader.join();
        runtime.awaitLog(LOST);
        while (runtime.log.size() < 2) {
            Thread.onSpinWait();
        }
        assertThat(runtime.log, contains(LOST, LOST));
        assertThat(waiting.left(), is(0));
    }

    @Test
    void whoLooksForIdleObjectsSurvivesAFault() throws Exception {
        start("durable-evict");
        runtime.prepare("a");

        time.pass(SocketWorld.IDLE);

        while (runtime.objects().liveObjects() > 0) {
            Thread.onSpinWait();
        }
        assertThat(waiting.left(), is(0));
    }

    /// @param thread the first of this name cannot be started
    private void start(String thread) {
        waiting = new FaultyWaiting(time, thread, 1);
        runtime = new ProbeRuntime(directory, builder -> TestRuntime.withWaiting(builder, waiting));
        runtime.listener = new Ends();
    }

    private HeldSocket accept() throws Exception {
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

    private static Thread serve(HeldSocket socket, Faulty network) throws Exception {
        Thread reader = Thread.ofVirtual().start(() -> socket.serve(network));
        network.reading.await();
        return reader;
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

    /// A connection that breaks in a way which no network has, or whose peer says nothing.
    private static final class Faulty implements Transport {

        private final RuntimeException ofReading;
        private final RuntimeException ofWriting;
        private final CountDownLatch reading = new CountDownLatch(1);
        private final CountDownLatch written = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);
        private final AtomicInteger writes = new AtomicInteger();

        Faulty(RuntimeException ofReading, RuntimeException ofWriting) {
            this.ofReading = ofReading;
            this.ofWriting = ofWriting;
        }

        @Override
        public byte read() {
            if (ofReading != null) {
                throw ofReading;
            }
            reading.countDown();
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new Gone(new IllegalStateException("over"));
        }

        @Override
        public byte[] read(int length) {
            return new byte[] {read()};
        }

        @Override
        public void write(byte[] bytes, int length) {
            if (ofWriting != null) {
                throw ofWriting;
            }
            writes.incrementAndGet();
            written.countDown();
        }

        @Override
        public void close() {
            closed.countDown();
        }

        /// Returns when as many pings were written, or the connection has ended.
        void awaitPings(int count) {
            while (writes.get() < count && closed.getCount() > 0) {
                Thread.onSpinWait();
            }
        }
    }
}
