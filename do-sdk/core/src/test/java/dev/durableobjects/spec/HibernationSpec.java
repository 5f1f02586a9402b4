package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.Limit;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An object leaves memory while its sockets stay, and wakes when one of them has something to say.
@Timeout(60)
class HibernationSpec {

    @TempDir private Path directory;
    private SocketWorld world;

    @BeforeEach
    void start() {
        world = new SocketWorld(directory, builder -> builder.limit(Limit.LIVE_OBJECTS, 1));
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void anObjectLeavesMemoryAndItsSocketsStay() throws Exception {
        try (RawWebSocket first = world.connect();
                RawWebSocket second = world.connect()) {
            world.hibernate();

            assertThat(
                    world.runtime.in(
                            "a",
                            (self, x) -> {
                                self.ctx().webSockets().forEach(socket -> socket.send("back"));
                                return self.counter++;
                            }),
                    is(0));
            assertThat(first.readText(), is("back"));
            assertThat(second.readText(), is("back"));
            assertThat(world.runtime.constructed, contains("a", "a"));
        }
    }

    @Test
    void twoUpgradesAtOnceLetTheObjectHibernate() throws Exception {
        List<CompletableFuture<RawWebSocket>> upgrades =
                List.of(
                        ProbeRuntime.started(() -> world.connect()),
                        ProbeRuntime.started(() -> world.connect()));
        try (RawWebSocket first = upgrades.get(0).get(30, TimeUnit.SECONDS);
                RawWebSocket second = upgrades.get(1).get(30, TimeUnit.SECONDS)) {
            world.hibernate();

            first.sendText("1");
            second.sendText("2");

            assertThat(first.readText(), is("echo 1"));
            assertThat(second.readText(), is("echo 2"));
        }
    }

    @Test
    void aMessageWakesTheObjectAfterItsConstructor() throws Exception {
        world.runtime.constructor =
                self -> self.log().add("constructor, sockets: " + self.ctx().webSockets().size());
        try (RawWebSocket socket = world.connect()) {
            world.hibernate();

            socket.sendText("wake");

            assertThat(socket.readText(), is("echo wake"));
            assertThat(
                    world.runtime.log,
                    contains("constructor, sockets: 0", "constructor, sockets: 1"));
        }
    }

    @Test
    void messagesThatWakeTheObjectArriveInOrder() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            world.hibernate();

            for (int i = 0; i < 100; i++) {
                socket.sendText("m" + i);
            }

            for (int i = 0; i < 100; i++) {
                assertThat(socket.readText(), is("echo m" + i));
            }
            assertThat(world.runtime.constructed, contains("a", "a"));
        }
    }

    @Test
    void whatWasSentBeforeHibernationLeavesInItsOrder() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            String big = "x".repeat(3 << 20); // More than the network takes from a slow reader.
            world.runtime.in(
                    "a",
                    (self, x) -> {
                        WebSocket held = self.ctx().webSockets().getFirst();
                        held.send(big);
                        held.send("the last");
                        held.close(1001, "queued-close");
                        return "";
                    });
            world.hibernate();

            assertThat(socket.readText(), is(big));
            assertThat(socket.readText(), is("the last"));
            RawWebSocket.Frame close = socket.readAnswer();
            assertThat(close.closeCode(), is(1001));
            assertThat(close.text().substring(2), is("queued-close"));
        }
    }

    @Test
    void aFarewellOfASleepingObjectsClientWakesIt() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            world.hibernate();

            socket.sendClose(4001, "bye");

            assertThat(socket.readAnswer().closeCode(), is(4001));
            assertThat(world.awaitLog(1), contains("4001 'bye' clean"));
            assertThat(world.sockets("a"), is(0));
        }
    }

    @Test
    void aClientThatVanishesWakesTheObject() throws Exception {
        RawWebSocket socket = world.connect();
        world.hibernate();

        socket.reset();

        assertThat(
                world.awaitLog(1),
                contains("1006 'WebSocket disconnected without sending Close frame.' unclean"));
        assertThat(world.sockets("a"), is(0));
    }

    @Test
    void aViolationOfTheProtocolWakesTheObjectAsAnError() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            world.hibernate();

            socket.sendFrame(RawWebSocket.CONTINUATION, new byte[0]);

            assertThat(socket.readAnswer().closeCode(), is(1002));
        }
        assertThat(world.awaitLog(1).getFirst(), startsWith("error: "));
    }

    @Test
    void anAbortEndsTheSocketsOfALifeBefore() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            world.hibernate();

            assertThrows(
                    DurableObjectException.class,
                    () ->
                            world.runtime.in(
                                    "a",
                                    (self, x) -> {
                                        self.ctx().abort("on purpose");
                                        return "";
                                    }));

            socket.assertAtEnd();
            assertThat(world.sockets("a"), is(0));
            assertThat("nobody is told", world.runtime.log, is(List.of()));
        }
    }

    @Test
    void aConstructorThatFailsOnWakingEndsTheSockets() throws Exception {
        try (RawWebSocket socket = world.connect();
                RawWebSocket other = world.connect()) {
            world.hibernate();
            world.runtime.constructor =
                    self -> {
                        throw new IllegalStateException("on purpose");
                    };

            socket.sendText("wake");

            socket.assertAtEnd();
            other.assertAtEnd();
            world.runtime.constructor = self -> {};
            assertThat(world.sockets("a"), is(0));
        }
    }

    @Test
    void anOverloadedRuntimeForgetsTheSocketWhoseMessageItCannotTake() throws Exception {
        world.runtime.script(
                "tagged", (self, x) -> SocketWorld.accept(self, List.of("terminated")));
        try (RawWebSocket socket = world.connect("a", "tagged")) {
            world.hibernate();
            CountDownLatch busy = new CountDownLatch(1);
            CountDownLatch done = new CountDownLatch(1);
            CompletableFuture<Object> other =
                    world.runtime.start(
                            "b",
                            self -> {
                                busy.countDown();
                                done.await();
                                return "";
                            });
            busy.await();

            socket.sendText("nobody can take this");

            socket.assertAtEnd();
            done.countDown();
            other.get(30, TimeUnit.SECONDS);
            assertThat(world.sockets("a"), is(0));
            assertThat(
                    world.runtime.in("a", (self, x) -> self.ctx().webSockets("terminated").size()),
                    is(0));
        }
    }

    @Test
    void anInterruptThatAHandlerLeavesEndsNoSocket() throws Exception {
        world.runtime.listener =
                (self, socket, message) -> {
                    socket.send("echo " + ((WebSocketMessage.Text) message).value());
                    Thread.currentThread().interrupt();
                };
        try (RawWebSocket socket = world.connect()) {
            socket.sendText("1");
            assertThat(socket.readText(), is("echo 1"));
            socket.sendText("2");
            assertThat(socket.readText(), is("echo 2"));
        }
    }

    @Test
    void aRuntimeThatClosesWakesNobodyAndSays1001() throws Exception {
        try (RawWebSocket socket = world.connect()) {
            world.hibernate();

            CompletableFuture<Object> closing =
                    ProbeRuntime.started(() -> {
                        world.runtime.close();
                        return "";
                    });
            RawWebSocket.Frame close = socket.readAnswer();
            socket.sendClose(1001, "");
            closing.get(30, TimeUnit.SECONDS);

            assertThat(close.closeCode(), is(1001));
            assertThat(world.runtime.constructed, contains("a"));
        }
    }

    @Test
    void aMessageThatMeetsAnEvictionIsServedByTheNextInstance() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (RawWebSocket socket = world.connect()) {
            world.runtime.script(
                    "preShutdown",
                    (self, reason) -> {
                        self.ctx().webSockets().forEach(held -> held.send("good night"));
                        inside.countDown();
                        release.await();
                        return "";
                    });
            world.time.pass(SocketWorld.IDLE);
            inside.await();

            socket.sendText("wake");
            release.countDown();

            assertThat(socket.readText(), is("good night"));
            assertThat(socket.readText(), is("echo wake"));
            assertThat(world.runtime.constructed, contains("a", "a"));
        }
    }

    @Test
    void aFetchThatThrowsRefusesTheUpgrade() throws Exception {
        world.runtime.script(
                "boom",
                (self, x) -> {
                    throw new IllegalStateException("boom");
                });

        try (RawWebSocket socket = world.connect("a", "boom")) {
            assertThat(socket.head(), startsWith("HTTP/1.1 500"));
        }
    }

    @Test
    void aHandlerThatThrowsLeavesTheSocketOpen() throws Exception {
        world.runtime.listener =
                (self, socket, message) -> {
                    if (message.equals(new WebSocketMessage.Text("throw"))) {
                        throw new IOException("on purpose");
                    }
                    socket.send("fine");
                };
        try (RawWebSocket socket = world.connect()) {
            world.hibernate();

            socket.sendText("throw");
            socket.sendText("again");

            assertThat(socket.readText(), is("fine"));
            assertThat(world.runtime.constructed, contains("a", "a"));
        }
    }
}
