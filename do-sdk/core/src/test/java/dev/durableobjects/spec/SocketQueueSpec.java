package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.Limit;
import dev.durableobjects.http.Response;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.websocket.SocketQueuePolicy;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketPair;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A peer is slow by what it does not read between events, and not by what one event sends: each of
/// these sends more than the network and the queue can take.
@Timeout(60)
class SocketQueueSpec {

    private static final int MANY = 200;
    private static final String FILL = " " + "x".repeat(64 << 10);

    @TempDir private Path directory;
    private final ManualTime time = new ManualTime();
    private ProbeRuntime runtime;
    private WebServer server;

    @AfterEach
    void stop() {
        time.flow();
        runtime.close();
        server.stop();
    }

    @ParameterizedTest
    @EnumSource(SocketQueuePolicy.class)
    void aReaderGetsAllThatOneEventSends(SocketQueuePolicy policy) throws Exception {
        start(policy);
        try (RawWebSocket socket = connect("accept")) {
            runtime.in("a", (self, x) -> send(self.ctx().webSockets().getFirst(), 0));

            assertAllCome(socket, MANY);
        }
    }

    @ParameterizedTest
    @EnumSource(SocketQueuePolicy.class)
    void aReaderGetsAllThatWasSentBeforeItCouldRead(SocketQueuePolicy policy) throws Exception {
        start(policy);
        runtime.script(
                "greet",
                (self, x) -> {
                    WebSocketPair pair = WebSocketPair.create();
                    self.ctx().acceptWebSocket(pair.server());
                    send(pair.server(), 0);
                    self.ctx().await(() -> {}); // What follows is sent by itself.
                    send(pair.server(), MANY);
                    return Response.webSocket(pair.client());
                });
        try (RawWebSocket socket = connect("greet")) {
            runtime.in("a", (self, x) -> send(self.ctx().webSockets().getFirst(), 2 * MANY));

            assertAllCome(socket, 3 * MANY);
        }
    }

    @Test
    void whatIsSentBeforeAClientCanReadIsBoundedAsWhatOneEventSends() throws Exception {
        start(SocketQueuePolicy.CLOSE);
        runtime.script(
                "greet",
                (self, x) -> {
                    WebSocketPair pair = WebSocketPair.create();
                    self.ctx().acceptWebSocket(pair.server());
                    for (int i = 0; i < 6; i++) {
                        send(pair.server(), 0);
                        self.ctx().await(() -> {});
                    }
                    return Response.webSocket(pair.client());
                });

        try (RawWebSocket socket = connect("greet")) {
            assertThat(socket.readAnswer().closeCode(), is(1013));
        }
    }

    private void start(SocketQueuePolicy policy) {
        runtime =
                new ProbeRuntime(
                        directory,
                        builder ->
                                TestRuntime.withWaiting(builder, time)
                                        .limit(Limit.SOCKET_QUEUE_BYTES, 256 << 10),
                        namespace -> namespace.socketQueuePolicy(policy));
        runtime.script("accept", (self, x) -> SocketWorld.accept(self, java.util.List.of()));
        server =
                runtime.serve(
                        (request, env) -> env.namespace(Probe.PROBE).getByName("a").fetch(request));
    }

    private RawWebSocket connect(String script) throws IOException {
        return RawWebSocket.connect(server.port(), "/" + script);
    }

    private static String send(WebSocket socket, int from) {
        for (int i = from; i < from + MANY; i++) {
            socket.send(i + FILL);
        }
        return "";
    }

    private void assertAllCome(RawWebSocket socket, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            assertThat(socket.readText().equals(i + FILL), is(true));
        }
        assertThat(runtime.objects().metrics().messagesCoalesced(), is(0L));
    }
}
