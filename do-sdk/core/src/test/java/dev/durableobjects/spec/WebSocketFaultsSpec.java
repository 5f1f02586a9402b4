package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.websocket.ReadyState;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketPair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// WebSockets of clients, pages and handlers that are unusual, hasty or wrong.
@Timeout(60)
class WebSocketFaultsSpec {

    private static final List<String> HANDSHAKE =
            List.of(
                    "Connection: Upgrade",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                    "Sec-WebSocket-Version: 13");

    @TempDir private Path directory;
    private RoomServer server;

    @BeforeEach
    void start() {
        server = RoomServer.start(directory.resolve("rooms"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void theUpgradeMayBeSpelledWithCapitals() throws IOException {
        try (RawWebSocket socket =
                RawWebSocket.handshake(server.port(), "/ws", with("Upgrade: WebSocket"))) {
            assertThat(socket.head(), startsWith("HTTP/1.1 101"));

            socket.sendText("hello");

            assertThat(socket.readText(), is("echo hello"));
        }
    }

    @Test
    void aHostWithAnUnderscoreHasPagesOfItsOwn() throws IOException {
        assertThat(statusOn("my_app.internal:8787", "http://my_app.internal:8787"), is(101));
        assertThat(statusOn("my_app.internal", "http://my_app.internal"), is(101));
        assertThat(statusOn("my_app.internal", "http://my_app.evil"), is(403));
    }

    @Test
    void aSocketIsGivenToOneClientOnly() throws IOException {
        try (RawWebSocket first = RawWebSocket.connect(server.port(), "/ws?room=a");
                RawWebSocket second = RawWebSocket.connect(server.port(), "/ws?room=a&again=1")) {
            assertThat(second.head(), startsWith("HTTP/1.1 500"));

            first.sendText("hello");

            assertThat(first.readText(), is("echo hello"));
        }
    }

    @Test
    void aSocketThatIsClosedBeforeItsHandshakeSaysSoAfterIt() throws IOException {
        try (RawWebSocket socket = RawWebSocket.connect(server.port(), "/ws?greet=1&dismiss=1")) {
            assertThat(socket.readText(), is("hello"));
            RawWebSocket.Frame close = socket.readAnswer();
            socket.sendClose(4001, "as you wish");

            assertThat(close.closeCode(), is(4001));
            assertThat(close.text(), containsString("not today"));
            socket.assertAtEnd();
        }
        assertThat(server.awaitEvents("lobby", 1), contains("close 4001 'as you wish' clean"));
        assertThat(server.room("lobby").sockets(), is(0));
        server.awaitNoConnections();
    }

    @Test
    void anErrorInAHandlerLeavesTheConnectionOpen() throws IOException {
        try (RawWebSocket socket = RawWebSocket.connect(server.port(), "/ws")) {
            socket.sendText("fail");
            socket.sendText("next");

            assertThat(socket.readText(), is("echo next"));
        }
        assertThat(server.awaitEvents("lobby", 1).getFirst(), startsWith("close 1006"));
    }

    @Test
    void aSocketIsUsedInEventsOfItsObjectOnly() throws Exception {
        List<WebSocket> leaked = Probe.seen();
        try (ProbeRuntime runtime = new ProbeRuntime(directory.resolve("probes"))) {
            runtime.script(
                    "accept",
                    (self, x) -> {
                        WebSocketPair pair = WebSocketPair.create();
                        self.ctx().acceptWebSocket(pair.server());
                        leaked.add(pair.server());
                        return Response.webSocket(pair.client());
                    });
            runtime.stub("a").fetch(Request.of("GET", "/accept", ""));
            WebSocket socket = leaked.getFirst();

            String outside = refusal(socket);
            Object inAnother = runtime.in("b", (self, x) -> refusal(socket));
            Object inAwait = runtime.in("a", (self, x) -> self.ctx().await(() -> refusal(socket)));

            String expected = "PROBE a: its storage and sockets may be used by its own events only";
            assertThat(outside, startsWith(expected));
            assertThat((String) inAnother, startsWith(expected));
            assertThat((String) inAwait, startsWith(expected));
            assertThat(socket.readyState(), is(ReadyState.OPEN));
            runtime.in(
                    "a",
                    (self, x) -> {
                        socket.send("from inside");
                        return "";
                    });
        }
    }

    private static String refusal(WebSocket socket) {
        assertThrows(IllegalStateException.class, () -> socket.close(1000, "from elsewhere"));
        return assertThrows(IllegalStateException.class, () -> socket.send("from elsewhere"))
                .getMessage();
    }

    private int statusOn(String host, String origin) throws IOException {
        String head =
                String.join(
                        "\r\n",
                        "GET /ws HTTP/1.1",
                        "Host: " + host,
                        "Origin: " + origin,
                        String.join("\r\n", with("Upgrade: websocket")));
        try (RawHttp http = new RawHttp(server.port())) {
            http.sendRaw(head + "\r\n\r\n");
            return http.read(true).status();
        }
    }

    private static List<String> with(String upgrade) {
        List<String> headers = new ArrayList<>(HANDSHAKE);
        headers.add(upgrade);
        return headers;
    }
}
