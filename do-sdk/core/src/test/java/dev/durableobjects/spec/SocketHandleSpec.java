package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import dev.durableobjects.http.Response;
import dev.durableobjects.websocket.ReadyState;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketPair;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What an object sees of its end of a socket, and how it closes it.
@Timeout(60)
class SocketHandleSpec {

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
    void aCloseWithoutACodeSendsNone() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            use(WebSocket::close);

            assertThat(socket.readAnswer().closeCode(), is(1005));
        }
    }

    @Test
    void aSecondCloseIsIgnoredWhateverItsCode() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            use(held -> {
                held.close(4000, "first");
                held.close(1005, "second");
                held.close(1, "x".repeat(200));
                held.close();
            });

            assertThat(socket.readAnswer().closeCode(), is(4000));
        }
    }

    @Test
    void anAcceptedSocketIsOpenUntilTheObjectClosesIt() throws Exception {
        List<ReadyState> states = Probe.seen();
        world.runtime.script(
                "look",
                (self, x) -> {
                    WebSocketPair pair = WebSocketPair.create();
                    states.add(pair.server().readyState());
                    self.ctx().acceptWebSocket(pair.server());
                    states.add(pair.server().readyState());
                    return Response.webSocket(pair.client());
                });
        try (RawWebSocket socket = world.connect("a", "look")) {
            use(held -> {
                states.add(held.readyState());
                held.close(4000, "");
                states.add(held.readyState());
            });

            assertThat(socket.readAnswer().closeCode(), is(4000));
            assertThat(
                    states,
                    is(
                            List.of(
                                    ReadyState.CONNECTING,
                                    ReadyState.OPEN,
                                    ReadyState.OPEN,
                                    ReadyState.CLOSING)));
        }
    }

    @Test
    void theSubProtocolIsKnownAlsoToAnObjectThatWasWoken() throws Exception {
        world.runtime.script(
                "chat",
                (self, x) ->
                        SocketWorld.accept(self, List.of())
                                .withHeader("sec-websocket-protocol", "chat"));
        List<Optional<String>> protocols = Probe.seen();
        try (RawWebSocket _ =
                        RawWebSocket.connect(
                                world.port(), "/chat?of=a", "Sec-WebSocket-Protocol: x, chat");
                RawWebSocket _ = world.connect()) {
            world.hibernate();

            world.runtime.in(
                    "a",
                    (self, x) -> {
                        self.ctx().webSockets().forEach(held -> protocols.add(held.protocol()));
                        return "";
                    });
        }

        assertThat(protocols, is(List.of(Optional.empty(), Optional.of("chat"))));
    }

    @Test
    void aClientThatCameTooLateIsToldSo() throws Exception {
        world.runtime.script(
                "late",
                (self, x) -> {
                    WebSocketPair pair = WebSocketPair.create();
                    self.ctx().acceptWebSocket(pair.server());
                    world.time.pass(SocketWorld.CLOSE);
                    while (pair.server().readyState() != ReadyState.CLOSED) {
                        Thread.onSpinWait();
                    }
                    return Response.webSocket(pair.client());
                });
        try (RawWebSocket socket = world.connect("a", "late")) {
            assertThat(socket.head(), startsWith("HTTP/1.1 500"));
            assertThat(socket.readHead(), containsString("later than socketCloseSeconds"));
        }
    }

    /// Lets the object use its one socket.
    private void use(Use use) throws Exception {
        world.runtime.in(
                "a",
                (self, x) -> {
                    use.of(self.ctx().webSockets().getFirst());
                    return "";
                });
    }

    private interface Use {

        void of(WebSocket held);
    }
}
