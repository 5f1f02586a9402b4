package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.internal.socket.Transport;
import dev.durableobjects.runtime.DurableObjectsBuilder;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The thread that watches over all connections, beside connections that do their worst.
@Timeout(60)
class LivenessSpec {

    private static final int END = -1;

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
    void aPeerThatSendsALongMessageSlowlyStays() throws Exception {
        Slow network = new Slow();
        try (ProbeRuntime runtime = new ProbeRuntime(directory, this::set);
                AutoCloseable _ = time::flow) {
            runtime.listener = new Ends();
            HeldSocket socket = StuckTransport.accept(runtime);
            Thread reader = Thread.ofVirtual().start(() -> socket.serve(network));
            network.send(0x81, 0x80 | 10, 0, 0, 0, 0);

            for (int i = 0; i < 10; i++) {
                network.send('x');
                time.pass(Duration.ofSeconds(20));
                network.written.acquire(); // A Ping, which is not answered.
            }

            runtime.awaitLog("xxxxxxxxxx");
            assertThat(runtime.objects().metrics().cutOff(), is(0L));
            network.send(END);
            reader.join();
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

    /// Logs what sockets say and how they end.
    private static final class Ends implements Probe.Listener {

        @Override
        public void onMessage(Probe self, WebSocket socket, WebSocketMessage message) {
            self.log().add(((WebSocketMessage.Text) message).value());
        }

        @Override
        public void onEnd(Probe self, WebSocket socket, String what) {
            self.log().add(what);
        }
    }

    private void set(DurableObjectsBuilder builder) {
        TestRuntime.withWaiting(builder, time);
    }

    /// A peer that sends byte by byte, when the test says so.
    private static final class Slow implements Transport {

        private final SynchronousQueue<Integer> coming = new SynchronousQueue<>();
        private final Semaphore written = new Semaphore(0);

        /// Sends bytes, and returns when the last one is being read.
        void send(int... bytes) throws InterruptedException {
            for (int one : bytes) {
                coming.put(one);
            }
        }

        @Override
        public byte read() {
            try {
                int next = coming.take();
                if (next != END) {
                    return (byte) next;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new Gone(new IllegalStateException("over"));
        }

        @Override
        public byte[] read(int length) {
            byte[] bytes = new byte[length];
            for (int i = 0; i < length; i++) {
                bytes[i] = read();
            }
            return bytes;
        }

        @Override
        public void write(byte[] bytes, int length) {
            written.release();
        }

        @Override
        public void close() {}
    }
}
