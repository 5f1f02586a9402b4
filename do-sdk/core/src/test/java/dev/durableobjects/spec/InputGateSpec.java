package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Where events let others in, and where they do not.
@Timeout(60)
class InputGateSpec {

    @TempDir private Path directory;
    private ProbeRuntime runtime;

    @BeforeEach
    void start() {
        runtime = new ProbeRuntime(directory);
    }

    @AfterEach
    void stop() {
        runtime.close();
    }

    @Test
    void awaitLetsOtherEventsIn() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Object> first =
                runtime.start(
                        "a",
                        self -> {
                            self.log().add("first begins");
                            self.ctx().await(() -> release.await());
                            self.log().add("first ends");
                            return "";
                        });

        runtime.awaitLog("first begins");
        runtime.in("a", (self, x) -> self.log().add("second"));
        release.countDown();
        first.get(30, TimeUnit.SECONDS);

        assertThat(runtime.log, contains("first begins", "second", "first ends"));
    }

    @Test
    void sleepLetsOtherEventsIn() throws Exception {
        CompletableFuture<Object> sleeper =
                runtime.start(
                        "a",
                        self -> {
                            self.log().add("asleep");
                            self.ctx().sleep(Duration.ofMillis(300));
                            self.log().add("awake");
                            return "";
                        });

        runtime.awaitLog("asleep");
        runtime.in("a", (self, x) -> self.log().add("second"));
        sleeper.get(30, TimeUnit.SECONDS);

        assertThat(runtime.log, contains("asleep", "second", "awake"));
    }

    @Test
    void aSleepEndsWithItsObject() throws Exception {
        CompletableFuture<Object> sleeper =
                runtime.start(
                        "a",
                        self -> {
                            self.log().add("asleep");
                            self.ctx().sleep(Duration.ofDays(1));
                            return self.log().add("awake");
                        });

        runtime.awaitLog("asleep");
        assertThrows(
                DurableObjectException.class,
                () ->
                        runtime.in(
                                "a",
                                (self, x) -> {
                                    self.ctx().abort("tired");
                                    return "";
                                }));

        ExecutionException ended =
                assertThrows(ExecutionException.class, () -> sleeper.get(30, TimeUnit.SECONDS));
        assertThat(ended.getCause().getMessage(), is("tired"));
        assertThat(runtime.log, contains("asleep"));
    }

    @Test
    void storageCallsLetNobodyIn() throws Exception {
        CountDownLatch queued = new CountDownLatch(1);
        CompletableFuture<Object> first =
                runtime.start(
                        "a",
                        self -> {
                            self.log().add("begins");
                            queued.await();
                            self.createTable();
                            for (int i = 0; i < 100; i++) {
                                self.insert(i);
                                self.values();
                            }
                            self.log().add("ends");
                            return "";
                        });
        runtime.awaitLog("begins");
        CompletableFuture<Object> second = runtime.start("a", self -> self.log().add("second"));
        queued.countDown();
        first.get(30, TimeUnit.SECONDS);
        second.get(30, TimeUnit.SECONDS);

        assertThat(runtime.log, contains("begins", "ends", "second"));
    }

    @Test
    void aCallersObjectIsNotTheCallee() throws Exception {
        runtime.script("self", (self, x) -> System.identityHashCode(self));

        Object here =
                runtime.in(
                        "a",
                        (self, x) ->
                                List.of(
                                        System.identityHashCode(self),
                                        self.other("a").run("self", ""),
                                        self.other("b").run("self", "")));

        List<?> identities = (List<?>) here;
        assertThat(identities.get(0), is(identities.get(1)));
        assertThat(identities.get(0), is(not(sameInstance(identities.get(2)))));
    }
}
