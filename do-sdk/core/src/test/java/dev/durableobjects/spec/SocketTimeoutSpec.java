package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An event of a socket takes only so long.
@Timeout(60)
class SocketTimeoutSpec {

    private static final Duration MAX = Duration.ofSeconds(5);

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
    void anEventThatTakesTooLongResetsTheObject() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        world.runtime.constructor = self -> self.ctx().setHibernatableWebSocketEventTimeout(MAX);
        world.runtime.listener =
                (self, socket, message) -> {
                    inside.countDown();
                    self.ctx().await(() -> release.await());
                };
        try (RawWebSocket socket = world.connect()) {
            world.hibernate();
            socket.sendText("work");
            inside.await();
            CompletableFuture<Object> other =
                    world.runtime.start(
                            "a",
                            self -> {
                                self.ctx().await(() -> release.await());
                                return "";
                            });

            world.time.pass(MAX);

            socket.assertAtEnd();
            release.countDown();
            ExecutionException failed =
                    assertThrows(ExecutionException.class, () -> other.get(30, TimeUnit.SECONDS));
            assertThat(
                    failed.getCause().getMessage(),
                    is("Actor exceeded event execution time and was disconnected."));
            assertThat(failed.getCause(), is(instanceOf(DurableObjectException.class)));
            assertThat(world.sockets("a"), is(0));
        }
    }

    @Test
    void anEventInTimeResetsNothing() throws Exception {
        world.runtime.constructor = self -> self.ctx().setHibernatableWebSocketEventTimeout(MAX);
        try (RawWebSocket socket = world.connect()) {
            for (int i = 0; i < 3; i++) {
                socket.sendText("x");
                assertThat(socket.readText(), is("echo x"));
                world.time.pass(MAX.minusMillis(1));
            }
        }
    }

    @Test
    void theLimitIsReadAndEndedAndBounded() throws Exception {
        assertThat(limitAfter(MAX), is(Optional.of(MAX)));
        assertThat(limitAfter(Duration.ZERO), is(Optional.empty()));
        assertThat(limitAfter(Duration.ofDays(7)), is(Optional.of(Duration.ofDays(7))));

        IllegalArgumentException refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> limitAfter(Duration.ofDays(7).plusMillis(1)));

        assertThat(refused.getMessage(), is("Event timeout should not exceed 604800000 ms."));
        IllegalArgumentException negative =
                assertThrows(
                        IllegalArgumentException.class, () -> limitAfter(Duration.ofMillis(-1)));
        assertThat(
                negative.getMessage(),
                is("an event's time-out must be positive, or zero for none, was PT-0.001S"));
    }

    private Object limitAfter(Duration max) throws Exception {
        return world.runtime.in(
                "a",
                (self, x) -> {
                    self.ctx().setHibernatableWebSocketEventTimeout(max);
                    return self.ctx().hibernatableWebSocketEventTimeout();
                });
    }
}
