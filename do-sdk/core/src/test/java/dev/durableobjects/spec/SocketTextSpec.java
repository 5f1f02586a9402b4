package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketPair;
import dev.durableobjects.websocket.WebSocketRequestResponsePair;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A `String` may hold what no text on the wire can.
@Timeout(60)
class SocketTextSpec {

    private static final String HALF = "a\ud800\ud83d\ude00\udc00z";
    private static final String WHOLE = "a\ufffd\ud83d\ude00\ufffdz";

    @TempDir private Path directory;
    private SocketWorld world;

    @BeforeEach
    void start() {
        world = new SocketWorld(directory);
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void halfOfASurrogatePairBecomesWhatBrowsersSend() throws Exception {
        world.runtime.listener =
                (self, socket, message) -> {
                    socket.send(HALF);
                    socket.close(4000, HALF);
                };
        try (RawWebSocket socket = world.connect()) {
            socket.sendText("now");

            assertThat(socket.readText(), is(WHOLE));
            byte[] close = socket.read().payload();
            String reason =
                    new String(
                            Arrays.copyOfRange(close, Short.BYTES, close.length),
                            StandardCharsets.UTF_8);
            assertThat(reason, is(WHOLE));
        }
    }

    @Test
    void aReasonIsBoundedByWhatIsSent() throws Exception {
        String refused =
                (String)
                        world.runtime.in(
                                "a",
                                (self, x) -> {
                                    WebSocket socket = accepted(self, List.of());
                                    return assertThrows(
                                                    IllegalArgumentException.class,
                                                    () -> socket.close(1000, "\ud800".repeat(42)))
                                            .getMessage();
                                });

        assertThat(refused, is("a close reason must have at most 123 bytes in UTF-8, had 126"));
    }

    @Test
    void aTagIsFoundByEitherForm() throws Exception {
        Object found =
                world.runtime.in(
                        "a",
                        (self, x) -> {
                            WebSocket socket = accepted(self, List.of(HALF, WHOLE));
                            assertThat(self.ctx().tags(socket), is(List.of(WHOLE)));
                            return self.ctx().webSockets(HALF).size()
                                    + self.ctx().webSockets(WHOLE).size();
                        });

        assertThat(found, is(2));
    }

    @Test
    void anAutoResponseAnswersWhatClientsSend() throws Exception {
        world.runtime.in(
                "a",
                (self, x) -> {
                    self.ctx()
                            .setWebSocketAutoResponse(new WebSocketRequestResponsePair(HALF, HALF));
                    return "";
                });
        try (RawWebSocket socket = world.connect()) {
            socket.sendText(WHOLE);

            assertThat(socket.readText(), is(WHOLE));
        }
    }

    @Test
    void anAttachmentMustComeBackAsItWas() {
        WebSocket socket = WebSocketPair.create().server();

        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> socket.attach(HALF));

        assertThat(
                refused.getMessage(), is("a text with half of a surrogate pair has no JSON form"));
    }

    private static WebSocket accepted(Probe self, List<String> tags) {
        WebSocketPair pair = WebSocketPair.create();
        self.ctx().acceptWebSocket(pair.server(), tags);
        return pair.server();
    }
}
