package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.Limit;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.websocket.ReadyState;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import dev.durableobjects.websocket.WebSocketRequestResponsePair;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a client notices of a handler of its own socket that takes its time: nothing but that. Time
/// stands still unless a test moves it.
@Timeout(60)
class SlowHandlerSpec {

    private static final Duration PING = Duration.ofSeconds(20);

    @TempDir private Path directory;
    private final ManualTime time = new ManualTime();
    private final Semaphore inside = new Semaphore(0);
    private final Semaphore release = new Semaphore(0);
    private ProbeRuntime runtime;
    private WebServer server;

    @BeforeEach
    void start() {
        runtime =
                new ProbeRuntime(
                        directory,
                        builder ->
                                TestRuntime.withWaiting(builder, time)
                                        .limit(Limit.IDLE_SECONDS, 1_000_000));
        runtime.constructor =
                self ->
                        self.ctx()
                                .setWebSocketAutoResponse(
                                        new WebSocketRequestResponsePair("ping", "pong"));
        runtime.listener = new Slow();
        runtime.script("accept", (self, tags) -> SocketWorld.accept(self, List.of()));
        server =
                runtime.serve(
                        (request, env) -> env.namespace(Probe.PROBE).getByName("a").fetch(request));
    }

    @AfterEach
    void stop() {
        release.release(1_000);
        time.flow();
        runtime.close();
        server.stop();
    }

    @Test
    void aClientThatAnswersStays() throws Exception {
        try (RawWebSocket socket = connect()) {
            enter(socket, "first");
            for (int i = 0; i < 5; i++) {
                time.pass(PING);
                assertThat(socket.read().opcode(), is(RawWebSocket.PING));
                socket.sendFrame(RawWebSocket.FINAL | RawWebSocket.PONG, new byte[0]);
                assertAnswersAPing(socket); // So it has read the Pong.
            }

            release.release();

            assertThat(socket.readText(), is("first"));
            assertThat(runtime.objects().metrics().cutOff(), is(0L));
        }
    }

    @Test
    void aPingAndTheAutoResponseAreAnsweredAtOnce() throws Exception {
        try (RawWebSocket socket = connect()) {
            enter(socket, "first");

            assertAnswersAPing(socket);
            socket.sendText("ping");

            assertThat(socket.readText(), is("pong"));
            release.release();
            assertThat(socket.readText(), is("first"));
        }
    }

    @Test
    void oneMessageWaitsAndTheOthersStayInTheNetwork() throws Exception {
        try (RawWebSocket socket = connect()) {
            enter(socket, "0");
            for (int i = 1; i < 50; i++) {
                socket.sendText("" + i);
            }
            awaitFrames(2);
            for (int i = 0; i < 5; i++) {
                time.pass(PING); // Nobody could read what the client answers.
            }

            assertThat(runtime.objects().metrics().framesReceived(), is(2L));
            release.release(50);

            for (int i = 0; i < 50; i++) {
                assertThat(socket.readText(), is("" + i));
            }
            assertThat(runtime.objects().metrics().cutOff(), is(0L));
        }
    }

    @Test
    void aCloseOfThePeerIsAnsweredAtOnceAndTheObjectHearsOfItAfterwards() throws Exception {
        try (RawWebSocket socket = connect()) {
            enter(socket, "first");

            socket.sendClose(4001, "bye");

            assertThat(socket.readAnswer().closeCode(), is(4001));
            socket.assertAtEnd();
            release.release();
            runtime.awaitLog("4001 'bye' clean");
            assertThat(runtime.log, contains("first CLOSED", "4001 'bye' clean"));
        }
    }

    @Test
    void aCloseBehindAMessageIsAnsweredAfterIt() throws Exception {
        try (RawWebSocket socket = connect()) {
            enter(socket, "first");
            socket.sendText("second");
            socket.sendClose(4001, "bye");
            awaitFrames(2);
            release.release(2);

            assertThat(socket.readText(), is("first"));
            assertThat(socket.readText(), is("second"));
            assertThat(socket.readAnswer().closeCode(), is(4001));
            runtime.awaitLog("4001 'bye' clean");
            assertThat(runtime.log, contains("first OPEN", "second OPEN", "4001 'bye' clean"));
        }
    }

    @Test
    void aPeerThatAnswersTheCloseOfTheObjectLeavesCleanly() throws Exception {
        try (RawWebSocket socket = connect()) {
            enter(socket, "close");
            socket.sendText("second"); // It waits, and is dropped then.
            awaitFrames(2);
            release.release();
            assertThat(socket.readAnswer().closeCode(), is(4000));
            inside.acquire();

            socket.sendClose(4000, "fine");

            socket.assertAtEnd();
            time.pass(Duration.ofSeconds(Limit.SOCKET_CLOSE_SECONDS.standard()));
            release.release();
            runtime.awaitLog("4000 'fine' clean");
            assertThat(runtime.log, contains("close CLOSED", "4000 'fine' clean"));
        }
    }

    @Test
    void aPeerThatVanishesIsHeardOfAfterTheHandler() throws Exception {
        RawWebSocket socket = connect();
        enter(socket, "first");
        assertAnswersAPing(socket);

        socket.reset();
        while (TestRuntime.connections(runtime.objects()) > 0) {
            Thread.onSpinWait(); // The runtime knows.
        }
        release.release();

        String lost = "1006 'WebSocket disconnected without sending Close frame.' unclean";
        runtime.awaitLog(lost);
        assertThat(runtime.log, contains("first CLOSED", lost));
    }

    @Test
    void aViolationIsAnsweredAtOnce() throws Exception {
        try (RawWebSocket socket = connect()) {
            enter(socket, "first");

            socket.sendFrame(RawWebSocket.CONTINUATION, new byte[0]);

            assertThat(socket.readAnswer().closeCode(), is(1002));
        }
        release.release();
        runtime.awaitLog("error: a continuation without a message to continue");
    }

    @Test
    void aResetEndsTheConnectionThatSomebodyElseReads() throws Exception {
        runtime.script(
                "abort",
                (self, x) -> {
                    self.ctx().abort("on purpose");
                    return "";
                });
        try (RawWebSocket socket = connect()) {
            enter(socket, "first");
            assertAnswersAPing(socket);

            ProbeRuntime.failureOf(
                    ProbeRuntime.started(() -> runtime.stub("a").rpc().run("abort", "")));

            socket.assertAtEnd();
            release.release();
            while (runtime.objects().metrics().connections() > 0) {
                Thread.onSpinWait();
            }
            assertThat(runtime.log, is(List.of()));
        }
    }

    @Test
    void itsOwnThreadReadsAgainAfterwards() throws Exception {
        try (RawWebSocket socket = connect()) {
            for (int i = 0; i < 20; i++) {
                enter(socket, "slow " + i);
                assertAnswersAPing(socket);
                release.release(2);
                assertThat(socket.readText(), is("slow " + i));
                socket.sendText("fast " + i);
                assertThat(socket.readText(), is("fast " + i));
                inside.acquire();
            }
        }
        runtime.awaitLog("1006 'WebSocket disconnected without sending Close frame.' unclean");
    }

    private RawWebSocket connect() throws IOException {
        return RawWebSocket.connect(server.port(), "/accept");
    }

    /// Sends a text, and returns when its handler runs.
    private void enter(RawWebSocket socket, String text) throws Exception {
        socket.sendText(text);
        inside.acquire();
    }

    private void awaitFrames(long count) {
        while (runtime.objects().metrics().framesReceived() < count) {
            Thread.onSpinWait();
        }
    }

    private static void assertAnswersAPing(RawWebSocket socket) throws IOException {
        socket.sendFrame(RawWebSocket.FINAL | RawWebSocket.PING, new byte[0]);
        assertThat(socket.readAnswer().opcode(), is(RawWebSocket.PONG));
    }

    /// Waits in its handler until the test lets it go on, and then answers.
    private final class Slow implements Probe.Listener {

        @Override
        public void onMessage(Probe self, WebSocket socket, WebSocketMessage message) {
            String text = ((WebSocketMessage.Text) message).value();
            awaitRelease(self);
            if (text.equals("close")) {
                socket.close(4000, "enough");
                awaitRelease(self);
            } else if (socket.readyState() == ReadyState.OPEN) {
                socket.send(text);
            }
            if (!text.contains(" ")) {
                self.log().add(text + " " + socket.readyState());
            }
        }

        @Override
        public void onEnd(Probe self, WebSocket socket, String what) {
            self.log().add(what);
        }

        private void awaitRelease(Probe self) {
            inside.release();
            self.ctx().await(() -> release.acquireUninterruptibly());
        }
    }
}
