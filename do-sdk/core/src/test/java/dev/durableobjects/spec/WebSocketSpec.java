package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.Limit;
import dev.durableobjects.runtime.DurableObjectsBuilder;
import dev.durableobjects.runtime.TestRuntime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// WebSockets of objects, seen over a plain socket.
@Timeout(60)
class WebSocketSpec {

    @TempDir private Path directory;
    private final ManualTime time = new ManualTime();
    private RoomServer server;

    @BeforeEach
    void start() {
        server = RoomServer.start(directory);
    }

    @AfterEach
    void stop() {
        time.flow(); // A closing server gives its peers time to leave.
        server.close();
    }

    @Test
    void anAcceptedSocketIsUpgradedAndEchoes() throws IOException {
        try (RawWebSocket socket = connect("a")) {
            assertThat(socket.head(), startsWith("HTTP/1.1 101"));
            assertThat(
                    socket.head(),
                    containsString("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));

            socket.sendText("h\u00e9llo");

            assertThat(socket.readText(), is("echo h\u00e9llo"));
        }
    }

    @Test
    void whatIsSentBeforeTheHandshakeIsCompleteArrivesAfterIt() throws IOException {
        try (RawWebSocket socket = RawWebSocket.connect(server.port(), "/ws?room=a&greet=1")) {
            assertThat(socket.readText(), is("hello"));
        }
    }

    @Test
    void aBroadcastReachesEverySocketOfTheObjectAndNobodyElse() throws IOException {
        try (RawWebSocket first = connect("a");
                RawWebSocket second = connect("a");
                RawWebSocket other = connect("b")) {
            assertThat(server.room("a").broadcast("news"), is(2));

            assertThat(first.readText(), is("news"));
            assertThat(second.readText(), is("news"));
            other.sendText("anything?");
            assertThat(other.readText(), is("echo anything?"));
        }
    }

    @Test
    void messagesOfOneSocketArriveInOrder() throws IOException {
        try (RawWebSocket socket = connect("a")) {
            for (int i = 0; i < 500; i++) {
                socket.sendText("m" + i);
            }
            for (int i = 0; i < 500; i++) {
                assertThat(socket.readText(), is("echo m" + i));
            }
        }
    }

    @Test
    void aBroadcastWhoseCommitFailsIsNeverSeen() throws IOException {
        try (RawWebSocket socket = connect("a")) {
            assertThrows(
                    DurableObjectException.class, () -> server.room("a").broadcastAndLose("lost"));

            socket.assertAtEnd();
        }
    }

    @Test
    void aRefusalCarriesStatusHeadersAndBody() throws IOException {
        try (RawWebSocket socket = RawWebSocket.connect(server.port(), "/ws?refuse=1")) {
            assertThat(socket.head(), startsWith("HTTP/1.1 418"));
            assertThat(socket.head(), containsString("x-why: tea"));
        }
    }

    @Test
    void aSocketThatNoObjectAcceptedIsAnErrorOfTheApplication() throws IOException {
        try (RawWebSocket socket = RawWebSocket.connect(server.port(), "/ws?forget=1")) {
            assertThat(socket.head(), startsWith("HTTP/1.1 500"));
        }
    }

    @Test
    void aBrokenHandshakeIsRefused() throws IOException {
        String upgrade = "Upgrade: websocket";
        String connection = "Connection: Upgrade";
        String key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        String version = "Sec-WebSocket-Version: 13";

        assertThat(status(upgrade, connection, version), is(400));
        assertThat(status(upgrade, connection, version, "Sec-WebSocket-Key: abc"), is(400));
        assertThat(status(upgrade, version, key), is(400));
        assertThat(status(upgrade, connection, key), is(426));
        assertThat(status(upgrade, connection, key, "Sec-WebSocket-Version: 8"), is(426));
        assertThat("an ordinary request", status(), is(426));
    }

    @Test
    void aForeignOriginIsRefused() throws IOException {
        String own = "http://127.0.0.1:" + server.port();

        assertThat(statusWithOrigin(own), is(101));
        assertThat(statusWithOrigin("http://evil.example"), is(403));
        assertThat(statusWithOrigin("https://127.0.0.1:" + server.port()), is(403));
        assertThat(statusWithOrigin("null"), is(403));
    }

    @Test
    void aPingIsAnsweredWithItsPayload() throws IOException {
        try (RawWebSocket socket = connect("a")) {
            socket.sendFrame(RawWebSocket.FINAL | RawWebSocket.PING, "beat".getBytes(UTF_8));

            RawWebSocket.Frame answer = socket.readAnswer();

            assertThat(answer.opcode(), is(RawWebSocket.PONG));
            assertThat(answer.text(), is("beat"));
        }
    }

    @Test
    void fragmentsAreJoinedAndACharacterMaySpanThem() throws IOException {
        byte[] text = "gr\u00fc\u00df".getBytes(UTF_8);
        try (RawWebSocket socket = connect("a")) {
            socket.sendFrame(RawWebSocket.TEXT, new byte[] {text[0], text[1], text[2]});
            socket.sendFrame(RawWebSocket.FINAL | RawWebSocket.PING, new byte[0]);
            socket.sendFrame(RawWebSocket.CONTINUATION, new byte[] {text[3], text[4]});
            socket.sendFrame(RawWebSocket.FINAL | RawWebSocket.CONTINUATION, new byte[] {text[5]});

            assertThat(socket.readAnswer().opcode(), is(RawWebSocket.PONG));
            assertThat(socket.readText(), is("echo gr\u00fc\u00df"));
        }
    }

    @Test
    void aClosingPeerIsAnsweredAndTheObjectHearsOfIt() throws IOException {
        try (RawWebSocket socket = connect("a")) {
            socket.sendClose(4321, "bye");

            assertThat(socket.readAnswer().closeCode(), is(4321));
            socket.assertAtEnd();
        }
        assertThat(server.awaitEvents("a", 1), contains("close 4321 'bye' clean"));
        assertThat(server.room("a").sockets(), is(0));
    }

    @Test
    void aCloseWithoutACodeIsReportedAs1005() throws IOException {
        try (RawWebSocket socket = connect("a")) {
            socket.sendFrame(RawWebSocket.FINAL | RawWebSocket.CLOSE, new byte[0]);

            assertThat(socket.readAnswer().closeCode(), is(1005));
        }
        assertThat(server.awaitEvents("a", 1), contains("close 1005 '' clean"));
    }

    @Test
    void theObjectMayCloseAndThePeerAnswers() throws IOException {
        try (RawWebSocket socket = connect("a")) {
            socket.sendText("close me");
            RawWebSocket.Frame close = socket.readAnswer();
            socket.sendClose(4000, "fine");

            assertThat(close.closeCode(), is(4000));
            socket.assertAtEnd();
        }
        assertThat(server.awaitEvents("a", 1), contains("close 4000 'fine' clean"));
    }

    @Test
    void aPeerThatDoesNotAnswerACloseIsCutOff() throws IOException {
        try (RawWebSocket socket = connect("a")) {
            server.room("a").closeAll(1000, "");

            assertThat(socket.readAnswer().closeCode(), is(1000));
            socket.assertAtEnd();
        }
        assertThat(server.awaitEvents("a", 1).getFirst(), startsWith("close 1006"));
    }

    @Test
    void invalidCloseCodesAndReasonsAreRefused() throws IOException {
        try (RawWebSocket socket = connect("a")) {
            for (int code : new int[] {999, 1004, 1005, 1006, 1015, 5000}) {
                IllegalArgumentException thrown =
                        assertThrows(
                                IllegalArgumentException.class,
                                () -> server.room("a").closeAll(code, ""));
                assertThat(
                        thrown.getMessage(),
                        is("Invalid WebSocket close code: %d.".formatted(code)));
            }
            assertThrows(
                    IllegalArgumentException.class,
                    () -> server.room("a").closeAll(1000, "x".repeat(124)));
            socket.sendText("still open");
            assertThat(socket.readText(), is("echo still open"));
        }
    }

    @Test
    void aVanishedPeerLeavesNoTrace() throws IOException {
        connect("a").reset();
        connect("a").close();

        List<String> events = server.awaitEvents("a", 2);

        String lost = "close 1006 'WebSocket disconnected without sending Close frame.' unclean";
        assertThat(events, contains(lost, lost));
        assertThat(server.room("a").sockets(), is(0));
        server.awaitNoConnections();
    }

    @Test
    void aSilentPeerIsTakenAsGoneAfterTwoUnansweredPings() throws IOException {
        restart(builder -> builder.limit(Limit.SOCKET_PING_SECONDS, 30));
        try (RawWebSocket silent = connect("a")) {
            assertServed(silent);
            time.pass(Duration.ofSeconds(30));
            assertThat(silent.read().opcode(), is(RawWebSocket.PING));
            time.pass(Duration.ofSeconds(30));
            assertThat("one was missed", silent.read().opcode(), is(RawWebSocket.PING));
            time.pass(Duration.ofSeconds(30));

            silent.assertAtEnd();
            assertThat(server.awaitEvents("a", 1).getFirst(), startsWith("close 1006"));
        }
    }

    @Test
    void aPeerThatAnswersEverySecondPingStays() throws IOException {
        restart(builder -> builder.limit(Limit.SOCKET_PING_SECONDS, 30));
        try (RawWebSocket lazy = connect("a")) {
            assertServed(lazy);
            for (int i = 0; i < 3; i++) {
                time.pass(Duration.ofSeconds(30));
                assertThat(lazy.read().opcode(), is(RawWebSocket.PING));
                time.pass(Duration.ofSeconds(30));
                assertThat(lazy.read().opcode(), is(RawWebSocket.PING));
                lazy.sendFrame(RawWebSocket.FINAL | RawWebSocket.PONG, new byte[0]);
                assertServed(lazy); // So the answer was read.
            }
        }
    }

    @Test
    void aHandlerThatThrowsLeavesTheConnectionOpen() throws IOException {
        try (RawWebSocket socket = connect("a")) {
            socket.sendText("throw");
            socket.sendText("next");

            assertThat(socket.readText(), is("echo next"));
        }
    }

    @Test
    void aStalledReaderDelaysNobodyAndIsCutOffAtItsBound() throws IOException {
        restart(builder -> builder.limit(Limit.SOCKET_QUEUE_BYTES, 256 << 10));
        List<String> sent = new ArrayList<>();
        try (RawWebSocket stalled = connect("a");
                RawWebSocket reader = connect("a")) {
            for (int i = 0; i < 200; i++) {
                // Time stands still, so nothing but the reader can end a wait for the stalled one.
                sent.add("%d %s".formatted(i, "x".repeat(64 << 10)));
                server.room("a").broadcast(sent.getLast());
                assertThat(reader.readText(), is(sent.getLast()));
            }
            time.pass(Duration.ofSeconds(Limit.SOCKET_CLOSE_SECONDS.standard()));

            assertThat(
                    server.awaitEvents("a", 1),
                    contains("close 1013 'the peer reads too slowly' unclean"));
            assertThat(server.room("a").sockets(), is(1));
            List<String> arrived = stalled.readTextsToTheEnd();
            assertThat(arrived.size(), is(lessThan(sent.size())));
            assertThat(arrived, is(sent.subList(0, arrived.size())));
        }
    }

    @Test
    void aClosingServerSays1001() throws IOException {
        List<RawWebSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sockets.add(connect("room" + i));
        }

        server.close();

        for (RawWebSocket socket : sockets) {
            assertThat(socket.readAnswer().closeCode(), is(1001));
            socket.close();
        }
    }

    /// Starts a server anew whose time stands still.
    private void restart(Consumer<DurableObjectsBuilder> settings) {
        server.close();
        server =
                RoomServer.start(
                        directory,
                        builder -> settings.accept(TestRuntime.withWaiting(builder, time)),
                        mount -> {});
    }

    /// Returns when the server has read everything that a peer has sent; the time between two pings
    /// has begun then.
    private static void assertServed(RawWebSocket socket) throws IOException {
        socket.sendText("here");
        assertThat(socket.readText(), is("echo here"));
    }

    private RawWebSocket connect(String room) throws IOException {
        return RawWebSocket.connect(server.port(), "/ws?room=" + room);
    }

    private int status(String... headers) throws IOException {
        try (RawWebSocket socket =
                RawWebSocket.handshake(server.port(), "/ws?room=a", List.of(headers))) {
            return Integer.parseInt(socket.head().substring(9, 12));
        }
    }

    private int statusWithOrigin(String origin) throws IOException {
        try (RawWebSocket socket =
                RawWebSocket.connect(server.port(), "/ws?room=a", "Origin: " + origin)) {
            return Integer.parseInt(socket.head().substring(9, 12));
        }
    }

    private static final java.nio.charset.Charset UTF_8 = StandardCharsets.UTF_8;
}
