package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.Limit;
import dev.durableobjects.websocket.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What clients get to read when an object leaves memory or the runtime closes.
@Timeout(60)
class FarewellSpec {

    private static final Duration LONG = Duration.ofSeconds(10);

    @TempDir private Path directory;
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch closing = new CountDownLatch(1);
    private SocketWorld world;

    @BeforeEach
    void start() {
        world =
                new SocketWorld(
                        directory, builder -> builder.limit(Limit.PRE_SHUTDOWN_SECONDS, 10));
    }

    @AfterEach
    void stop() {
        release.countDown();
        world.close();
    }

    @Test
    void aLastWordThatTakesTooLongEndsNoSocketAndLosesNothingThatWasSentBefore() throws Exception {
        world.runtime.script("preShutdown", (self, reason) -> stay());
        try (RawWebSocket socket = world.connect()) {
            world.disk.hold();
            CompletableFuture<Object> event =
                    world.runtime.start(
                            "a",
                            self -> {
                                self.insert("before");
                                return say(self, "before");
                            });
            world.disk.awaitHeld();
            while (!inside.await(10, TimeUnit.MILLISECONDS)) {
                world.time.pass(SocketWorld.IDLE); // The event may end only now.
            }

            world.time.pass(LONG);
            world.runtime.script("preShutdown", (self, reason) -> "");
            world.disk.release();

            assertThat(event.get(30, TimeUnit.SECONDS), is(""));
            assertThat(socket.readText(), is("before"));
            socket.sendText("x");
            assertThat(socket.readText(), is("echo x"));
            assertThat(world.runtime.constructed, contains("a", "a"));
        }
    }

    @Test
    void whatAnObjectSaysLastComesBeforeTheCloseOfTheRuntime() throws Exception {
        world.runtime.script("preShutdown", (self, reason) -> say(self, "last of " + reason));
        try (RawWebSocket socket = world.connect()) {
            CompletableFuture<Object> closed = close();

            assertThat(socket.readText(), is("last of SERVER_SHUTDOWN"));
            assertThat(socket.readAnswer().closeCode(), is(1001));
            socket.sendClose(1001, "");
            closed.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void aRuntimeThatClosesHearsNoMoreMessages() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            CompletableFuture<Object> event = world.runtime.start("a", self -> stay());
            inside.await();
            CompletableFuture<Object> closed = close();
            closing.await();

            socket.sendText("late");
            socket.sendFrame(RawWebSocket.FINAL | RawWebSocket.PING, new byte[0]);
            assertThat(socket.readAnswer().opcode(), is(RawWebSocket.PONG));
            release.countDown();

            assertThat(socket.readAnswer().closeCode(), is(1001));
            socket.sendClose(1001, "");
            closed.get(30, TimeUnit.SECONDS);
            assertThat(event.get(30, TimeUnit.SECONDS), is(""));
        }
    }

    @Test
    void aRuntimeThatWaitsNoLongerForAnObjectSaysItToTheClients() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            CompletableFuture<Object> event = world.runtime.start("a", self -> stay());
            inside.await();
            CompletableFuture<Object> closed = close();
            closing.await();

            world.time.pass(LONG);

            assertThat(socket.readAnswer().closeCode(), is(1001));
            socket.sendClose(1001, "");
            closed.get(30, TimeUnit.SECONDS);
            release.countDown();
            ProbeRuntime.failureOf(event);
        }
    }

    /// Begins to close the runtime. When it lets objects leave, `closing` is open.
    private CompletableFuture<Object> close() throws Exception {
        Probe.Script known = world.runtime.scripts.get("preShutdown");
        world.runtime.in("other", (self, x) -> "");
        world.runtime.script(
                "preShutdown",
                (self, reason) -> {
                    if (self.ctx().id().name().orElseThrow().equals("other")) {
                        closing.countDown();
                        return "";
                    }
                    return known == null ? "" : known.run(self, reason);
                });
        return ProbeRuntime.started(() -> {
            world.runtime.close();
            return "";
        });
    }

    private String stay() throws InterruptedException {
        inside.countDown();
        release.await();
        return "";
    }

    private static String say(Probe self, String text) {
        for (WebSocket socket : self.ctx().webSockets()) {
            socket.send(text);
        }
        return "";
    }
}
