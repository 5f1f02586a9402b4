package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.Limit;
import dev.durableobjects.runtime.DurableObjectsBuilder;
import dev.durableobjects.runtime.NamespaceConfig;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.websocket.SocketQueuePolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a peer may cause, and what happens at the bounds. Time stands still unless a test moves it.
@Timeout(60)
class SocketBoundsSpec {

    private static final String SLOW = "the peer reads too slowly";

    @TempDir private Path directory;
    private final ManualTime time = new ManualTime();
    private RoomServer server;

    @AfterEach
    void stop() {
        time.flow(); // A closing server gives its peers time to leave.
        server.close();
    }

    @Test
    void aSlowReaderOfANamespaceThatCoalescesGetsTheNewestMessage() throws IOException {
        start(builder -> {}, room -> room.socketQueuePolicy(SocketQueuePolicy.COALESCE));
        List<String> sent = new ArrayList<>();
        try (RawWebSocket stalled = connect();
                RawWebSocket reader = connect()) {
            for (int i = 0; i < 300; i++) {
                sent.add("%d %s".formatted(i, "x".repeat(40 << 10)));
                server.room("a").broadcast(sent.getLast());
                assertThat(reader.readText(), is(sent.getLast()));
            }
            long dropped = server.objects().metrics().messagesCoalesced();
            server.room("a").closeAll(4000, "over");
            assertThat(reader.readAnswer().closeCode(), is(4000));

            assertThat(dropped, is(greaterThan(100L)));
            List<String> arrived = new ArrayList<>();
            RawWebSocket.Frame frame = stalled.readAnswer();
            while (frame.opcode() == RawWebSocket.TEXT) {
                arrived.add(frame.text());
                frame = stalled.readAnswer();
            }
            assertThat("the Close comes last", frame.closeCode(), is(4000));
            assertThat("the newest came", arrived.getLast(), is(sent.getLast()));
            assertThat("nothing else was lost", sent.size() - arrived.size(), is((int) dropped));
            assertThat(
                    "none was overtaken",
                    arrived,
                    is(sent.stream().filter(arrived::contains).toList()));
            assertThat(server.objects().metrics().closedTooSlow(), is(0L));
            assertThat(server.objects().metrics().bytesQueued(), is(0L));
        }
    }

    @Test
    void aFastReaderOfANamespaceThatCoalescesGetsEveryMessage() throws IOException {
        start(builder -> {}, room -> room.socketQueuePolicy(SocketQueuePolicy.COALESCE));
        try (RawWebSocket socket = connect()) {
            for (int i = 0; i < 200; i++) {
                server.room("a").broadcast("m" + i);
            }
            for (int i = 0; i < 200; i++) {
                assertThat(socket.readText(), is("m" + i));
            }
            assertThat(server.objects().metrics().messagesCoalesced(), is(0L));
        }
    }

    @Test
    void answersToPingsAreNotDroppedButBounded() throws IOException {
        start(
                builder ->
                        builder.limit(Limit.SOCKET_QUEUE_BYTES, 64 << 10)
                                .limit(Limit.SOCKET_MESSAGES_PER_SECOND, 1_000_000_000),
                room -> room.socketQueuePolicy(SocketQueuePolicy.COALESCE));
        try (RawWebSocket stalled = connect()) {
            byte[] ping = RawWebSocket.frame(RawWebSocket.FINAL | RawWebSocket.PING, new byte[125]);

            Thread flood =
                    Thread.ofVirtual()
                            .start(() -> {
                                while (send(stalled, ping)) {
                                    Thread.onSpinWait();
                                }
                            });
            while (server.objects().metrics().closedTooSlow() == 0) {
                Thread.onSpinWait();
            }
            time.pass(Duration.ofSeconds(Limit.SOCKET_CLOSE_SECONDS.standard()));

            assertThat(
                    server.awaitEvents("a", 1),
                    contains("close 1013 '%s' unclean".formatted(SLOW)));
            join(flood); // The server has closed the connection under it.
        }
    }

    @Test
    void aPeerThatSendsTooMuchIsClosedWith1008() throws IOException {
        start(builder -> builder.limit(Limit.SOCKET_MESSAGES_PER_SECOND, 5), room -> {});
        try (RawWebSocket socket = connect()) {
            for (int i = 0; i < 50; i++) {
                socket.sendText("m"); // Those of ten seconds.
            }
            for (int i = 0; i < 50; i++) {
                assertThat(socket.readText(), is("echo m"));
            }
            time.pass(Duration.ofMillis(400));
            socket.sendText("one more");
            socket.sendFrame(RawWebSocket.FINAL | RawWebSocket.PING, new byte[0]);
            assertThat(socket.readText(), is("echo one more"));
            assertThat(socket.readAnswer().opcode(), is(RawWebSocket.PONG));

            socket.sendText("and one too many");
            RawWebSocket.Frame close = socket.readAnswer();

            assertThat(close.closeCode(), is(1008));
            assertThat(close.text(), containsString("more than 5 messages per second"));
        }
        assertThat(server.awaitEvents("a", 1), contains("error more than 5 messages per second"));
        assertThat(server.objects().metrics().closedTooFast(), is(1L));
    }

    @Test
    void messagesThatHaveComeInPartAreBoundedTogether() throws IOException {
        start(builder -> builder.limit(Limit.SOCKET_INCOMING_MIB, 1), room -> {});
        byte[] half = new byte[600 << 10];
        byte[] whole = RawWebSocket.frame(RawWebSocket.FINAL | RawWebSocket.BINARY, half);
        try (RawWebSocket byFragments = connect();
                RawWebSocket byBytes = connect();
                RawWebSocket next = connect()) {
            byFragments.sendFrame(RawWebSocket.BINARY, new byte[0]);
            for (int i = 0; i < 600; i++) {
                byFragments.sendFrame(RawWebSocket.CONTINUATION, new byte[1 << 10]);
            }
            assertServed(byFragments); // So it was read.
            byBytes.sendBytes(Arrays.copyOf(whole, whole.length - 1));

            assertThat(byBytes.readAnswer().closeCode(), is(1013));
            byFragments.sendFrame(RawWebSocket.FINAL | RawWebSocket.CONTINUATION, new byte[0]);
            assertThat(byFragments.readAnswer().payload().length, is(half.length));

            next.sendFrame(RawWebSocket.BINARY, half);
            next.sendFrame(RawWebSocket.FINAL | RawWebSocket.CONTINUATION, new byte[0]);
            assertThat(next.readAnswer().payload().length, is(half.length));
        }
        assertThat(server.awaitEvents("a", 3), hasItem("error too many messages are coming"));
        assertThat(server.objects().metrics().closedTooSlow(), is(1L));
    }

    private static void assertServed(RawWebSocket socket) throws IOException {
        socket.sendFrame(RawWebSocket.FINAL | RawWebSocket.PING, new byte[0]);
        assertThat(socket.readAnswer().opcode(), is(RawWebSocket.PONG));
    }

    @Test
    void aServerThatIsFullOfConnectionsAnswers503() throws IOException {
        start(builder -> builder.limit(Limit.SOCKETS_PER_NODE, 2), room -> {});
        RawWebSocket first = connect();
        try (RawWebSocket second = connect();
                RawWebSocket third = connect()) {
            assertThat(second.head(), startsWith("HTTP/1.1 101"));
            assertThat(third.head(), startsWith("HTTP/1.1 503"));
            assertThat(third.head(), containsString("retry-after: 1"));
            assertThat(server.objects().metrics().upgradesRefused(), is(1L));
        }
        first.close();
        awaitConnections(0);

        try (RawWebSocket next = connect()) {
            assertThat(next.head(), startsWith("HTTP/1.1 101"));
        }
    }

    @Test
    void anAddressWithManyConnectionsGets429() throws IOException {
        start(builder -> builder.limit(Limit.SOCKETS_PER_ADDRESS, 1), room -> {});
        try (RawWebSocket first = connect();
                RawWebSocket second = connect()) {
            assertThat(first.head(), startsWith("HTTP/1.1 101"));
            assertThat(second.head(), startsWith("HTTP/1.1 429"));
            assertThat(server.objects().metrics().connections(), is(1));
        }
        awaitConnections(0);
    }

    @Test
    void aRefusedHandshakeIsNoConnectionAnyMore() throws IOException {
        start(builder -> builder.limit(Limit.SOCKETS_PER_NODE, 1), room -> {});
        for (String query : List.of("refuse=1", "forget=1", "protocol=other")) {
            RawWebSocket.connect(server.port(), "/ws?room=a&" + query).close();
            awaitConnections(0);
        }
        RawWebSocket.connect(server.port(), "/ws?room=a", "Origin: http://evil.example").close();
        awaitConnections(0);

        assertThat(server.objects().metrics().upgradesRefused(), is(4L));
        try (RawWebSocket socket = connect()) {
            assertThat(socket.head(), startsWith("HTTP/1.1 101"));
            assertThat(server.objects().metrics().upgradesAccepted(), is(1L));
        }
    }

    @Test
    void anEventSendsOnlySoMuch() throws IOException {
        start(builder -> builder.limit(Limit.EVENT_OUTPUT_BYTES, 20_000), room -> {});
        try (RawWebSocket first = connect();
                RawWebSocket second = connect();
                RawWebSocket third = connect()) {
            String most = "x".repeat(19_000);
            assertThat("a broadcast counts once", server.room("a").broadcast(most), is(3));
            assertThat(first.readText(), is(most));

            DurableObjectException thrown =
                    assertThrows(
                            DurableObjectException.class,
                            () -> server.room("a").broadcast("x".repeat(20_000)));

            assertThat("overloaded", thrown.overloaded(), is(true));
            assertThat(thrown.getMessage(), containsString("may send 20000 bytes of messages"));
            assertThat("each event anew", server.room("a").broadcast(most), is(3));
            assertThat(second.readText(), is(most));
            assertThat(third.readText(), is(most));
        }
    }

    @Test
    void metricsTellWhatHappens() throws IOException {
        start(builder -> {}, room -> {});
        try (RawWebSocket socket = connect()) {
            socket.sendText("four");
            socket.readText();
            socket.sendFrame(0x83, new byte[0]);
            assertThat(socket.readAnswer().closeCode(), is(1002));
        }
        awaitConnections(0);

        var metrics = server.objects().metrics();
        assertThat(metrics.liveObjects(), is(1));
        assertThat(metrics.framesReceived(), is(1L));
        assertThat(metrics.bytesReceived(), is(4L));
        assertThat("an answer and a Close", metrics.framesSent(), is(2L));
        assertThat(metrics.bytesSent(), is(greaterThan(11L)));
        assertThat(metrics.bytesSent(), is(lessThan(200L)));
        assertThat(metrics.closedInvalid(), is(1L));
        assertThat(metrics.bytesQueued(), is(0L));
    }

    private void start(
            Consumer<DurableObjectsBuilder> settings, Consumer<NamespaceConfig.Builder> room) {
        server =
                RoomServer.start(
                        directory,
                        0,
                        builder -> settings.accept(TestRuntime.withWaiting(builder, time)),
                        mount -> {},
                        room);
    }

    private RawWebSocket connect() throws IOException {
        return RawWebSocket.connect(server.port(), "/ws?room=a");
    }

    private void awaitConnections(int count) {
        while (server.objects().metrics().connections() != count) {
            Thread.onSpinWait();
        }
    }

    private static boolean send(RawWebSocket socket, byte[] bytes) {
        try {
            socket.sendBytes(bytes);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
