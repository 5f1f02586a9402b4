package dev.durableobjects.spec;

import dev.durableobjects.Limit;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.journal.FaultyDisk;
import dev.durableobjects.runtime.DurableObjectsBuilder;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import dev.durableobjects.websocket.WebSocketPair;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/// Probes behind a server, whose sockets hibernate when the test lets time pass. A probe answers
/// "echo x" to "x", and remembers in the runtime's log how its sockets end.
final class SocketWorld implements AutoCloseable {

    static final Duration IDLE = Duration.ofSeconds(10);

    /// How long a handshake may take.
    static final Duration CLOSE = Duration.ofSeconds(1_000_000);

    private static final int LOOKS = 100;

    final ManualTime time = new ManualTime();
    final FaultyDisk disk = new FaultyDisk();
    final ProbeRuntime runtime;

    private final WebServer server;

    SocketWorld(Path directory) {
        this(directory, builder -> {});
    }

    SocketWorld(Path directory, Consumer<DurableObjectsBuilder> settings) {
        runtime =
                new ProbeRuntime(
                        directory,
                        builder -> {
                            TestRuntime.withWaiting(builder, time);
                            TestRuntime.withClock(builder, this::now);
                            TestRuntime.withDisk(builder, disk);
                            builder.limit(Limit.SOCKET_PING_SECONDS, 1_000_000);
                            builder.limit(Limit.COMMIT_SECONDS, 1_000_000);
                            // Time passes in leaps, and must not end what just goes on.
                            builder.limit(Limit.PRE_SHUTDOWN_SECONDS, 1_000_000);
                            builder.limit(Limit.BLOCK_CONCURRENCY_SECONDS, 1_000_000);
                            builder.limit(Limit.SOCKET_CLOSE_SECONDS, (int) CLOSE.toSeconds());
                            settings.accept(builder);
                        });
        runtime.constructor = Probe::createTable;
        runtime.listener = new Echo();
        runtime.script("accept", (self, tags) -> accept(self, List.of()));
        server =
                runtime.serve((request, env) ->
                        env.namespace(Probe.PROBE)
                                .getByName(request.query("of").orElse("a"))
                                .fetch(request));
    }

    /// Accepts a socket that may hibernate.
    static Response accept(Probe self, List<String> tags) {
        WebSocketPair pair = WebSocketPair.create();
        self.ctx().acceptWebSocket(pair.server(), tags);
        return Response.webSocket(pair.client());
    }

    /// The time of day of the runtime.
    Instant now() {
        return Instant.EPOCH.plusNanos(time.nanoTime());
    }

    int port() {
        return server.port();
    }

    /// Opens a socket of the object `a`.
    RawWebSocket connect() throws IOException {
        return connect("a");
    }

    RawWebSocket connect(String object) throws IOException {
        return connect(object, "accept");
    }

    /// Opens a socket that a script of the object accepts.
    RawWebSocket connect(String object, String script) throws IOException {
        return RawWebSocket.connect(server.port(), "/%s?of=%s".formatted(script, object));
    }

    /// Lets all objects leave memory, however much time must pass until their events have ended.
    void hibernate() {
        while (runtime.objects().liveObjects() > 0) {
            time.pass(IDLE);
            for (int i = 0; i < LOOKS && runtime.objects().liveObjects() > 0; i++) {
                time.parkNanos(this, IDLE.toNanos()); // One glance, as the runtime's threads have.
            }
        }
    }

    /// Waits until the probes have logged as much, and returns it.
    List<String> awaitLog(int count) {
        while (runtime.log.size() < count) {
            Thread.onSpinWait();
        }
        return List.copyOf(runtime.log);
    }

    /// Returns how many sockets an object finds.
    int sockets(String object) throws Exception {
        return (int) runtime.in(object, (self, x) -> self.ctx().webSockets().size());
    }

    @Override
    public void close() {
        disk.release();
        time.flow();
        runtime.close();
        server.stop();
    }

    private static final class Echo implements Probe.Listener {

        @Override
        public void onMessage(Probe self, WebSocket socket, WebSocketMessage message) {
            switch (message) {
                case WebSocketMessage.Text(String text) -> socket.send("echo " + text);
                case WebSocketMessage.Binary(byte[] bytes) -> socket.send(bytes);
            }
        }

        @Override
        public void onEnd(Probe self, WebSocket socket, String what) {
            self.log().add(what);
        }
    }
}
