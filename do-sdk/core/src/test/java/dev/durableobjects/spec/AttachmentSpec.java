package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import dev.durableobjects.websocket.WebSocketPair;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/// A connection carries a value for its object.
@Timeout(60)
class AttachmentSpec {

    /// Somebody who looks on.
    record Viewer(String name, int visits) {}

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
    void anAttachmentIsThereAfterHibernation() throws Exception {
        world.runtime.listener =
                (self, socket, message) -> {
                    Viewer known = socket.attachment(Viewer.class).orElse(new Viewer("Ann", 0));
                    socket.send(known.name() + " " + known.visits());
                    socket.attach(new Viewer(known.name(), known.visits() + 1));
                };
        try (RawWebSocket socket = world.connect();
                RawWebSocket other = world.connect()) {
            socket.sendText("first");
            assertThat(socket.readText(), is("Ann 0"));
            world.hibernate();

            socket.sendText("second");
            other.sendText("first");

            assertThat(socket.readText(), is("Ann 1"));
            assertThat("each has its own", other.readText(), is("Ann 0"));
        }
    }

    @Test
    void theCloseHandlerSeesIt() throws Exception {
        world.runtime.script(
                "carry",
                (self, x) -> {
                    Object response = SocketWorld.accept(self, List.of());
                    self.ctx().webSockets().getFirst().attach(new Viewer("Ann", 7));
                    return response;
                });
        world.runtime.listener =
                new Probe.Listener() {
                    @Override
                    public void onMessage(Probe self, WebSocket socket, WebSocketMessage message) {}

                    @Override
                    public void onEnd(Probe self, WebSocket socket, String what) {
                        self.log().add(socket.attachment(Viewer.class).orElseThrow().name());
                    }
                };
        RawWebSocket socket = world.connect("a", "carry");
        world.hibernate();

        socket.reset();

        assertThat(world.awaitLog(1), is(List.of("Ann")));
    }

    @Test
    void eachKindOfValueComesBackAsAFreshCopy() {
        WebSocket socket = WebSocketPair.create().server();
        assertThat(socket.attachment(Object.class), is(Optional.empty()));

        socket.attach("text");
        assertThat(socket.attachment(String.class), is(Optional.of("text")));
        socket.attach(List.of(1, 2));
        assertThat(socket.attachment(List.class), is(Optional.of(List.of(1L, 2L))));
        socket.attach(Map.of("a", true));
        assertThat(socket.attachment(Map.class), is(Optional.of(Map.of("a", true))));
        byte[] bytes = {1, 2, 3};
        socket.attach(bytes);
        bytes[0] = 9;
        byte[] first = socket.attachment(byte[].class).orElseThrow();
        assertThat(first, is(new byte[] {1, 2, 3}));
        first[0] = 9;
        assertThat(socket.attachment(byte[].class).orElseThrow(), is(new byte[] {1, 2, 3}));
        socket.attach(Optional.empty());
        assertThat(socket.attachment(Object.class), is(Optional.empty()));
    }

    @Test
    void aValueOfAnotherTypeIsAnErrorThatSaysWhat() {
        WebSocket socket = WebSocketPair.create().server();
        socket.attach("text");

        String ofText = misfit(socket, Viewer.class);
        socket.attach(new byte[1]);
        String ofBytes = misfit(socket, Viewer.class);

        assertThat(ofText, startsWith("the attachment of the WebSocket is not a Viewer: "));
        assertThat(ofBytes, is("the attachment of the WebSocket is not a Viewer: it holds bytes"));
    }

    @Test
    void whatIsTooBigIsRefusedInCloudflaresWordsAndChangesNothing() {
        WebSocket socket = WebSocketPair.create().server();
        socket.attach(new byte[16_384]);

        IllegalArgumentException bytes =
                assertThrows(IllegalArgumentException.class, () -> socket.attach(new byte[16_385]));
        IllegalArgumentException text =
                assertThrows(
                        IllegalArgumentException.class, () -> socket.attach("x".repeat(16_383)));

        assertThat(
                bytes.getMessage(),
                is(
                        "A WebSocket 'attachment' cannot be larger than 16384 bytes.'attachment'"
                                + " was 16385 bytes."));
        assertThat(
                "quotes count",
                text.getMessage(),
                is(
                        "A WebSocket 'attachment' cannot be larger than 16384 bytes.'attachment'"
                                + " was 16385 bytes."));
        assertThat(socket.attachment(byte[].class).orElseThrow().length, is(16_384));
    }

    @Test
    void onlyEventsOfTheObjectUseIt() throws Exception {
        AtomicReference<WebSocket> kept = new AtomicReference<>();
        List<String> refusals = Probe.seen();
        world.runtime.in(
                "a",
                (self, x) -> {
                    WebSocketPair pair = WebSocketPair.create();
                    pair.server().attach("before");
                    self.ctx().acceptWebSocket(pair.server());
                    self.ctx().await(() -> refusals.addAll(refusals(pair.server())));
                    kept.set(pair.server());
                    return "";
                });

        refusals.addAll(refusals(kept.get()));
        world.runtime.in(
                "b",
                (self, x) -> {
                    refusals.addAll(refusals(kept.get()));
                    return "";
                });
        world.hibernate();
        refusals.addAll(refusals(kept.get()));

        assertThat(refusals.size(), is(8));
        assertThat(refusals, everyItem(containsString("own events only")));
        Object attached =
                world.runtime.in(
                        "a",
                        (self, x) -> self.ctx().webSockets().getFirst().attachment(String.class));
        assertThat(attached, is(Optional.of("before")));
    }

    private static List<String> refusals(WebSocket socket) {
        return Stream.<Executable>of(
                        () -> socket.attach("other"), () -> socket.attachment(String.class))
                .map(use -> assertThrows(IllegalStateException.class, use).getMessage())
                .toList();
    }

    private static String misfit(WebSocket socket, Class<?> type) {
        return assertThrows(IllegalStateException.class, () -> socket.attachment(type))
                .getMessage();
    }
}
