package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import dev.durableobjects.Limit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// RFC 6455 for a server, section by section: the cases of `rfc6455.txt` over a plain socket.
@Timeout(60)
class Rfc6455Spec {

    /// The first bytes of a write that goes byte by byte; more would only take longer.
    private static final int TRICKLE_BYTES = 600;

    @TempDir private static Path directory;
    private static RoomServer server;

    @BeforeAll
    static void start() {
        server =
                RoomServer.start(
                        directory,
                        builder -> builder.limit(Limit.SOCKET_MESSAGE_BYTES, 70_000),
                        mount -> {});
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    void aServerDoesWhatTheStandardSays(SocketCase given, Pace pace) throws IOException {
        // Whose events are looked at has a room of its own; the others share one.
        String room =
                given.hasEvents() ? Integer.toHexString((given + pace.name()).hashCode()) : "all";
        try (RawWebSocket client = RawWebSocket.open(server.port())) {
            Conversation conversation = new Conversation(client, pace, room);
            conversation.send(given.handshake(room, server.port()));
            for (String step : given.steps()) {
                for (int i = 0; i < SocketCase.times(step); i++) {
                    conversation.take(SocketCase.once(step));
                }
            }
            conversation.flush();
        }
    }

    static Stream<Arguments> cases() {
        return SocketCase.all("rfc6455.txt").stream()
                .flatMap(given ->
                        Arrays.stream(Pace.values()).map(pace -> Arguments.of(given, pace)));
    }

    /// How the client's bytes are cut.
    enum Pace {
        FRAME_BY_FRAME,
        TOGETHER,
        BYTE_BY_BYTE
    }

    /// A client in the middle of a case.
    private static final class Conversation {

        private final RawWebSocket client;
        private final Pace pace;
        private final String room;
        private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();
        private boolean ended;

        Conversation(RawWebSocket client, Pace pace, String room) {
            this.client = client;
            this.pace = pace;
            this.room = room;
        }

        void take(String step) throws IOException {
            String rest = step.substring(step.indexOf(' ') + 1);
            if (step.startsWith("> ") && !rest.equals("end")) {
                send(SocketCase.sent(step));
                return;
            }
            flush();
            switch (step.substring(0, step.indexOf(' '))) {
                case ">" -> halfClose();
                case "<" -> expect(step, rest);
                case "=" -> assertThat(client.readHead(), startsWith("HTTP/1.1 " + rest));
                case "~" -> assertThat(head(), containsString(rest.toLowerCase(Locale.ROOT)));
                case "!~" -> assertThat(head(), not(containsString(rest.toLowerCase(Locale.ROOT))));
                case "@" -> assertThat(server.awaitEvents(room, 1), contains(rest));
                default -> throw new IllegalArgumentException("no such step: " + step);
            }
        }

        void send(byte[] bytes) {
            switch (pace) {
                case FRAME_BY_FRAME -> write(bytes);
                case TOGETHER -> unsent.writeBytes(bytes);
                case BYTE_BY_BYTE -> {
                    int slow = Math.min(bytes.length, TRICKLE_BYTES);
                    for (int i = 0; i < slow; i++) {
                        write(new byte[] {bytes[i]});
                    }
                    write(Arrays.copyOfRange(bytes, slow, bytes.length));
                }
            }
        }

        void flush() {
            write(unsent.toByteArray());
            unsent.reset();
        }

        /// A server that ends a connection may do so while the client still sends; what counts is
        /// what it has said before.
        private void write(byte[] bytes) {
            try {
                client.sendBytes(bytes);
            } catch (IOException e) {
                ended = true;
            }
        }

        private void halfClose() throws IOException {
            if (!ended) {
                client.halfClose();
            }
        }

        private void expect(String step, String expected) throws IOException {
            if (expected.equals("end")) {
                client.assertAtEnd();
                return;
            }
            RawWebSocket.Frame frame = client.readAnswer();
            List<String> tokens = SocketCase.tokens(step);
            if (tokens.getFirst().equals("close")) {
                assertThat(frame.first(), is(0x88));
                assertThat(frame.closeCode(), is(Integer.parseInt(tokens.getLast())));
                return;
            }
            assertThat(frame.first(), is(SocketCase.first(tokens)));
            byte[] payload = SocketCase.payload(tokens.subList(1, tokens.size()));
            assertThat(hex(frame.payload()), is(hex(payload)));
        }

        private String head() {
            return client.head().toLowerCase(Locale.ROOT);
        }

        private static String hex(byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
    }
}
