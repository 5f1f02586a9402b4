package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.http.Response;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketListener;
import dev.durableobjects.websocket.WebSocketMessage;
import dev.durableobjects.websocket.WebSocketPair;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Sockets of the standard API: a listener hears what happens, and the object stays in memory.
@Timeout(60)
class StandardSocketSpec {

    @TempDir private Path directory;
    private SocketWorld world;

    @BeforeEach
    void start() {
        world = new SocketWorld(directory);
        world.runtime.script(
                "standard",
                (self, x) -> {
                    WebSocketPair pair = WebSocketPair.create();
                    self.ctx().accept(pair.server(), new Counting(self));
                    return Response.webSocket(pair.client());
                });
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void theListenerRunsInEventsOfTheObjectWhichStays() throws Exception {
        try (RawWebSocket socket = world.connect("a", "standard")) {
            socket.sendText("x");
            assertThat(socket.readText(), is("1 x"));
            world.runtime.in("b", (self, x) -> "");
            while (world.runtime.objects().liveObjects() > 1) {
                world.time.pass(SocketWorld.IDLE);
                world.time.parkNanos(this, 1);
            }

            socket.sendText("y");

            assertThat(socket.readText(), is("2 y"));
            assertThat(world.runtime.constructed, contains("a", "b"));
            assertThat("they are not listed", world.sockets("a"), is(0));
        }
    }

    @Test
    void theObjectMayLeaveWhenTheSocketHasClosed() throws Exception {
        try (RawWebSocket socket = world.connect("a", "standard")) {
            socket.sendClose(4001, "bye");
            assertThat(socket.readAnswer().closeCode(), is(4001));
            assertThat(world.awaitLog(1), contains("closed 4001 'bye' clean"));

            world.hibernate();

            assertThat(world.runtime.objects().liveObjects(), is(0));
        }
    }

    @Test
    void aViolationOfTheProtocolIsAnError() throws Exception {
        try (RawWebSocket socket = world.connect("a", "standard")) {
            socket.sendFrame(RawWebSocket.CONTINUATION, new byte[0]);

            assertThat(socket.readAnswer().closeCode(), is(1002));
        }
        assertThat(world.awaitLog(1).getFirst(), startsWith("error "));
    }

    @Test
    void aListenerThatThrowsLeavesTheSocketOpen() throws Exception {
        try (RawWebSocket socket = world.connect("a", "standard")) {
            socket.sendText("throw");
            socket.sendText("x");

            assertThat(socket.readText(), is("2 x"));
        }
    }

    @Test
    void anAbortEndsIt() throws Exception {
        try (RawWebSocket socket = world.connect("a", "standard")) {
            assertThrows(
                    DurableObjectException.class,
                    () ->
                            world.runtime.in(
                                    "a",
                                    (self, x) -> {
                                        self.ctx().abort();
                                        return "";
                                    }));

            socket.assertAtEnd();
            assertThat(world.runtime.log, is(List.of()));
        }
    }

    @Test
    void aSocketIsAcceptedOnceInOneWay() throws Exception {
        world.runtime.in(
                "a",
                (self, x) -> {
                    WebSocketPair standard = WebSocketPair.create();
                    WebSocketPair hibernatable = WebSocketPair.create();
                    WebSocketListener listener = (socket, message) -> {};
                    self.ctx().accept(standard.server(), listener);
                    self.ctx().acceptWebSocket(hibernatable.server());

                    assertThat(
                            refusal(() -> self.ctx().acceptWebSocket(standard.server())),
                            is(
                                    "Cannot call `acceptWebSocket()` if the WebSocket was already"
                                            + " accepted via `accept()`"));
                    assertThat(
                            refusal(() -> self.ctx().acceptWebSocket(hibernatable.client())),
                            is(
                                    "Cannot call `acceptWebSocket()` on this WebSocket because its"
                                            + " pair has already been accepted or used in a"
                                            + " Response."));
                    assertThat(
                            refusal(() -> self.ctx().accept(hibernatable.server(), listener)),
                            is("Can't accept() WebSocket after enabling hibernation."));
                    return "";
                });
    }

    @Test
    void anEndOfAPairHasOneUse() throws Exception {
        world.runtime.in(
                "a",
                (self, x) -> {
                    WebSocketPair pair = WebSocketPair.create();
                    assertThat(refusal(() -> pair.server().send("x")), startsWith("You must call"));
                    self.ctx().acceptWebSocket(pair.server());

                    String clients =
                            "this end of the WebSocketPair is the client's: return it, and use the"
                                    + " other end, which the object has accepted";
                    assertThat(refusal(() -> pair.client().send("x")), is(clients));
                    assertThat(refusal(() -> pair.client().close()), is(clients));
                    assertThat(
                            assertThrows(
                                            IllegalArgumentException.class,
                                            () -> Response.webSocket(pair.server()))
                                    .getMessage(),
                            is(
                                    "Can't return WebSocket in a Response after calling accept():"
                                            + " return the other end of its pair."));
                    return "";
                });
    }

    @Test
    void anEndThatIsReturnedAndAcceptedAfterwardsIsRefusedToTheClient() throws Exception {
        world.runtime.script(
                "twice",
                (self, x) -> {
                    WebSocketPair pair = WebSocketPair.create();
                    Response response = Response.webSocket(pair.client());
                    self.ctx().acceptWebSocket(pair.client());
                    return response;
                });

        try (RawWebSocket socket = world.connect("a", "twice")) {
            assertThat(socket.head(), startsWith("HTTP/1.1 500"));
        }
    }

    private static String refusal(Runnable call) {
        return assertThrows(IllegalStateException.class, call::run).getMessage();
    }

    /// Numbers its messages, and logs the end.
    private static final class Counting implements WebSocketListener {

        private final Probe self;

        Counting(Probe self) {
            this.self = self;
        }

        @Override
        public void onMessage(WebSocket socket, WebSocketMessage message) {
            self.counter++;
            String text = ((WebSocketMessage.Text) message).value();
            if (text.equals("throw")) {
                throw new IllegalStateException("on purpose");
            }
            socket.send(self.counter + " " + text);
        }

        @Override
        public void onClose(WebSocket socket, int code, String reason, boolean wasClean) {
            self.log()
                    .add(
                            "closed %d '%s' %s"
                                    .formatted(code, reason, wasClean ? "clean" : "unclean"));
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            self.log().add("error " + error.getMessage());
        }
    }
}
