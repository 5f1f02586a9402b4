package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.websocket.WebSocketRequestResponsePair;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The runtime answers one text by itself, and lets the object sleep.
@Timeout(60)
class AutoResponseSpec {

    private static final WebSocketRequestResponsePair PING =
            new WebSocketRequestResponsePair("ping", "pong");

    @TempDir private Path directory;
    private SocketWorld world;

    @BeforeEach
    void start() {
        world = new SocketWorld(directory);
        world.runtime.constructor =
                self -> {
                    self.createTable();
                    self.ctx().setWebSocketAutoResponse(PING);
                };
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void aSleepingObjectIsNotWoken() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            world.hibernate();

            socket.sendText("ping");

            assertThat(socket.readText(), is("pong"));
            assertThat(world.runtime.objects().liveObjects(), is(0));
            assertThat(world.runtime.constructed, contains("a"));
        }
    }

    @Test
    void onlyTheExactTextIsAnswered() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            socket.sendText("ping ");
            assertThat(socket.readText(), is("echo ping "));
            socket.sendText("Ping");
            assertThat(socket.readText(), is("echo Ping"));
            byte[] bytes = "ping".getBytes(StandardCharsets.UTF_8);
            socket.sendFrame(RawWebSocket.FINAL | RawWebSocket.BINARY, bytes);
            RawWebSocket.Frame echo = socket.readAnswer();
            assertThat(echo.opcode(), is(RawWebSocket.BINARY));
            assertThat(echo.text(), is("ping"));
        }
    }

    @Test
    void itIsReadReplacedAndRemoved() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            WebSocketRequestResponsePair other = new WebSocketRequestResponsePair("a", "b");
            assertThat(
                    world.runtime.in("a", (self, x) -> self.ctx().webSocketAutoResponse()),
                    is(Optional.of(PING)));
            world.runtime.in(
                    "a",
                    (self, x) -> {
                        self.ctx().setWebSocketAutoResponse(other);
                        return "";
                    });
            socket.sendText("a");
            assertThat(socket.readText(), is("b"));
            socket.sendText("ping");
            assertThat(socket.readText(), is("echo ping"));

            world.runtime.in(
                    "a",
                    (self, x) -> {
                        self.ctx().setWebSocketAutoResponse();
                        return "";
                    });

            socket.sendText("a");
            assertThat(socket.readText(), is("echo a"));
            assertThat(
                    world.runtime.in("a", (self, x) -> self.ctx().webSocketAutoResponse()),
                    is(Optional.empty()));
        }
    }

    @Test
    void theTimeOfTheLastAnswerIsKnownPerSocket() throws Exception {
        try (RawWebSocket socket = world.connect();
                RawWebSocket newer = world.connect()) {
            world.hibernate();
            world.time.pass(Duration.ofDays(1));
            Instant then = world.now();
            socket.sendText("ping");
            assertThat(socket.readText(), is("pong"));

            world.time.pass(Duration.ofSeconds(1));

            assertThat(answered("a", 1), is(Optional.of(then)));
            assertThat(answered("a", 0), is(Optional.empty()));
            newer.assertExhausted();
        }
    }

    @Test
    void anAnswerStaysBehindWhatTheObjectHasSent() throws Exception {
        try (RawWebSocket socket = world.connect();
                RawWebSocket other = world.connect()) {
            CountDownLatch sent = new CountDownLatch(1);
            CountDownLatch more = new CountDownLatch(1);
            CompletableFuture<Object> event =
                    world.runtime.start(
                            "a",
                            self -> {
                                self.ctx().webSockets().getLast().send("first");
                                sent.countDown();
                                more.await();
                                self.ctx().webSockets().getLast().send("second");
                                return "";
                            });
            sent.await();
            socket.sendText("ping");
            other.sendText("ping");
            assertThat(
                    "a socket without held frames waits for nothing", other.readText(), is("pong"));
            socket.assertExhausted();

            more.countDown();

            event.get(30, TimeUnit.SECONDS);
            assertThat(socket.readText(), is("first"));
            assertThat(socket.readText(), is("pong"));
            assertThat(socket.readText(), is("second"));
        }
    }

    @Test
    void theOutputGateDoesNotHoldIt() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            world.disk.hold();
            CompletableFuture<Object> write =
                    world.runtime
                            .blocked(
                                    "a",
                                    self -> {
                                        self.insert(1);
                                        return "";
                                    })
                            .result();

            socket.sendText("ping");

            assertThat(socket.readText(), is("pong"));
            assertThat("the gate is still closed", write.isDone(), is(false));
            world.disk.release();
            write.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void aBlockedAnswerLeavesAsItWasAndBeforeAClose() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            String big = "x".repeat(3 << 20); // More than the network takes from a slow reader.
            world.runtime.in(
                    "a",
                    (self, x) -> {
                        self.ctx().webSockets().getFirst().send(big);
                        return "";
                    });
            world.hibernate();
            socket.sendText("ping");
            while (answered("a", 0).equals(Optional.empty())) {
                Thread.onSpinWait();
            }

            world.runtime.in(
                    "a",
                    (self, x) -> {
                        self.ctx().setWebSocketAutoResponse();
                        self.ctx().webSockets().getFirst().close(1001, "bye");
                        return "";
                    });

            assertThat(socket.readText(), is(big));
            assertThat(socket.readText(), is("pong"));
            assertThat(socket.readAnswer().closeCode(), is(1001));
        }
    }

    @Test
    void aCloseWaitsForTheOutputGate() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            world.disk.hold();
            CompletableFuture<Object> write =
                    world.runtime
                            .blocked(
                                    "a",
                                    self -> {
                                        self.insert(1);
                                        self.ctx().webSockets().getFirst().close(1001, "gated-bye");
                                        return "";
                                    })
                            .result();
            socket.assertExhausted();

            world.disk.release();

            assertThat(socket.readAnswer().text().substring(2), is("gated-bye"));
            write.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void nothingIsAnsweredAfterTheObjectHasClosed() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            world.runtime.in(
                    "a",
                    (self, x) -> {
                        self.ctx().webSockets().getFirst().close(4000, "enough");
                        return "";
                    });

            socket.sendText("ping");
            socket.sendClose(4000, "");

            assertThat(socket.readAnswer().closeCode(), is(4000));
            socket.assertAtEnd();
        }
    }

    @Test
    void textsAreBoundedInCloudflaresWords() {
        String longest = "é".repeat(1_024);
        assertThat(new WebSocketRequestResponsePair(longest, longest).request(), is(longest));

        assertThat(
                refusal(longest + "x", ""),
                is(
                        "Request cannot be larger than 2048 bytes. A request of size 2049 was"
                                + " provided."));
        assertThat(
                refusal("", longest + "x"),
                is(
                        "Response cannot be larger than 2048 bytes. A response of size 2049 was"
                                + " provided."));
    }

    private static String refusal(String request, String response) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> new WebSocketRequestResponsePair(request, response))
                .getMessage();
    }

    private Object answered(String object, int index) throws Exception {
        return world.runtime.in(
                object,
                (self, x) ->
                        self.ctx()
                                .webSocketAutoResponseTimestamp(
                                        self.ctx().webSockets().get(index)));
    }
}
