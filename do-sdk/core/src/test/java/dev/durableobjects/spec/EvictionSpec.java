package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.KeepAlive;
import dev.durableobjects.Limit;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.websocket.WebSocketPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// When an object leaves memory, what keeps it there, and what it takes along. Time moves only when
/// a test says so.
@Timeout(60)
class EvictionSpec {

    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Duration PINNED = Duration.ofMinutes(15);

    @TempDir private Path directory;
    private final ManualTime time = new ManualTime();
    private ProbeRuntime runtime;

    @BeforeEach
    void start() {
        runtime =
                new ProbeRuntime(
                        directory,
                        builder ->
                                TestRuntime.withWaiting(builder, time)
                                        .limit(Limit.LIVE_OBJECTS, 2)
                                        .limit(Limit.COMMIT_SECONDS, 1_000_000)
                                        .limit(Limit.SOCKET_CLOSE_SECONDS, 100_000));
        runtime.script("noop", (self, x) -> "");
    }

    @AfterEach
    void stop() {
        time.flow();
        runtime.close();
    }

    @Test
    void anIdleObjectLosesItsFieldsAndKeepsItsStorage() throws Exception {
        use("a");

        time.pass(IDLE.minusMillis(1));
        assertStays("a");
        time.pass(IDLE);
        awaitEmpty();

        assertThat(runtime.in("a", (self, x) -> self.counter), is(0));
        assertThat(runtime.values("a"), is(List.of("kept")));
        assertThat(runtime.constructed, contains("a", "a"));
    }

    @Test
    void theTimeCountsFromTheLastEvent() throws Exception {
        use("a");

        for (int i = 0; i < 5; i++) {
            time.pass(IDLE.minusMillis(1));
            assertStays("a");
        }

        assertThat(runtime.constructed, contains("a"));
    }

    @Test
    void anObjectWithAnEventUnderWayStays() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Object> inside =
                runtime.start(
                        "a",
                        self -> {
                            self.counter = 5;
                            self.log().add("inside");
                            release.await();
                            return "";
                        });
        CompletableFuture<Object> outside =
                runtime.start(
                        "b",
                        self -> {
                            self.counter = 5;
                            self.log().add("outside");
                            self.ctx().await(() -> release.await());
                            return "";
                        });
        runtime.awaitLog("inside");
        runtime.awaitLog("outside");

        time.pass(Duration.ofHours(1));
        glance();
        assertThat(runtime.objects().liveObjects(), is(2));
        release.countDown();
        inside.get(30, TimeUnit.SECONDS);
        outside.get(30, TimeUnit.SECONDS);

        assertStays("a");
        assertStays("b");
    }

    @Test
    void aPendingTimerKeepsTheObjectUntilItHasRun() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    self.counter = 1;
                    self.ctx()
                            .setTimeout(
                                    Duration.ofSeconds(15),
                                    () -> self.log().add("fired with " + self.counter));
                    return "";
                });

        time.pass(Duration.ofSeconds(14));
        glance();
        time.pass(Duration.ofSeconds(1));
        runtime.awaitLog("fired with 1");
        assertThat("idle time counts from the timer", runtime.objects().liveObjects(), is(1));
        awaitPassing(IDLE);

        assertThat(runtime.constructed, contains("a"));
    }

    @Test
    void aPinHoldsForAQuarterOfAnHourAtMost() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    self.ctx().setTimeout(Duration.ofHours(1), () -> self.log().add("fired"));
                    return "";
                });

        time.pass(PINNED.minusSeconds(1));
        glance();
        assertThat(runtime.objects().liveObjects(), is(1));
        awaitPassing(Duration.ofSeconds(1));
        time.pass(Duration.ofHours(1));
        glance();

        assertThat("the timer ended with its instance", runtime.log, is(List.of()));
    }

    @Test
    void aTaskKeepsTheObjectUntilItEnds() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        runtime.in(
                "a",
                (self, x) -> {
                    self.ctx().waitUntil(() -> release.await());
                    return "";
                });

        time.pass(Duration.ofMinutes(5));
        glance();
        assertThat(runtime.objects().liveObjects(), is(1));
        release.countDown();

        awaitPassing(IDLE);
    }

    @Test
    void aLeaseKeepsTheObjectUntilItIsClosedOrOver() throws Exception {
        List<KeepAlive> leases = new ArrayList<>();
        Probe.Script lease = (self, x) -> leases.add(self.ctx().keepAlive(Duration.ofHours(2)));
        runtime.in("a", lease);

        time.pass(Duration.ofHours(1));
        glance();
        assertThat("longer than a pin", runtime.objects().liveObjects(), is(1));
        leases.getFirst().close();
        awaitEmpty();
        runtime.in("a", lease);
        time.pass(Duration.ofHours(2));

        awaitEmpty();
    }

    @Test
    void aSocketOfTheStandardApiKeepsTheObject() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    self.ctx().accept(WebSocketPair.create().server(), (socket, message) -> {});
                    return "";
                });

        time.pass(Duration.ofHours(1));
        glance();

        assertThat(runtime.objects().liveObjects(), is(1));
    }

    @Test
    void atTheBoundTheObjectThatWasUsedLeastRecentlyLeaves() throws Exception {
        use("a");
        time.pass(Duration.ofMillis(1));
        use("b");
        time.pass(Duration.ofMillis(1));
        runtime.stub("a").rpc().run("noop", "");

        use("c");

        assertThat(runtime.in("a", (self, x) -> self.counter), is(5));
        assertThat(runtime.constructed, contains("a", "b", "c"));
        assertThat(runtime.objects().liveObjects(), is(2));
    }

    @Test
    void atTheBoundWithNobodyIdleTheCallIsRefusedAsOverload() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(2);
        Probe.Task busy =
                self -> {
                    inside.countDown();
                    release.await();
                    return "";
                };
        CompletableFuture<Object> first = runtime.start("a", busy);
        CompletableFuture<Object> second = runtime.start("b", busy);
        inside.await();

        DurableObjectException thrown =
                assertThrows(
                        DurableObjectException.class,
                        () -> runtime.stub("c").rpc().run("noop", ""));

        assertThat("overloaded", thrown.overloaded(), is(true));
        assertThat(
                thrown.getMessage(),
                is("all 2 places for objects in memory are taken, and no object there is idle"));
        release.countDown();
        first.get(30, TimeUnit.SECONDS);
        second.get(30, TimeUnit.SECONDS);
        assertThat(runtime.stub("c").rpc().run("noop", ""), is(""));
    }

    @Test
    void whoFindsNobodyIdleWaitsForOneThatLeavesAlready() throws Exception {
        CountDownLatch lastWord = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        use("a");
        CompletableFuture<Object> busy = runtime.occupied("b", release);
        runtime.script(
                "preShutdown",
                (self, reason) -> {
                    lastWord.await();
                    return "";
                });
        var first = ProbeRuntime.blocked(() -> runtime.stub("c").rpc().run("noop", ""));
        while (runtime.shutdowns.isEmpty()) {
            Thread.onSpinWait();
        }

        var second = ProbeRuntime.blocked(() -> runtime.stub("d").rpc().run("noop", ""));

        lastWord.countDown();
        assertThat(first.result().get(30, TimeUnit.SECONDS), is(""));
        assertThat(second.result().get(30, TimeUnit.SECONDS), is(""));
        release.countDown();
        busy.get(30, TimeUnit.SECONDS);
    }

    @Test
    void whoIsCalledByTheLastWordOfOneThatLeavesDoesNotWaitForIt() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        use("a");
        CompletableFuture<Object> busy = runtime.occupied("b", release);
        runtime.script("preShutdown", (self, reason) -> self.other("d").run("noop", ""));

        assertThat(runtime.stub("c").rpc().run("noop", ""), is(""));

        release.countDown();
        busy.get(30, TimeUnit.SECONDS);
        assertThat(runtime.constructed, contains("a", "b", "c"));
    }

    @Test
    void callsThatMeetAnEvictionLoseNothing() throws Exception {
        use("a");
        List<CompletableFuture<Integer>> callers = new ArrayList<>();
        runtime.script(
                "add",
                (self, x) -> {
                    self.insert(x);
                    return "";
                });

        for (int caller = 0; caller < 2; caller++) {
            int number = caller;
            callers.add(
                    ProbeRuntime.started(() -> {
                        int made = 0;
                        while (made < 500 || runtime.constructed.size() < 3) {
                            runtime.stub("a").rpc().run("add", number + "-" + made++);
                            time.pass(IDLE);
                        }
                        return made;
                    }));
        }
        int made = 0;
        for (CompletableFuture<Integer> caller : callers) {
            made += caller.get(60, TimeUnit.SECONDS);
        }

        assertThat(runtime.in("a", (self, x) -> self.values().size()), is(1 + made));
    }

    /// Gives an object a field and a row.
    private void use(String object) throws Exception {
        runtime.in(
                object,
                (self, x) -> {
                    self.counter = 5;
                    self.createTable();
                    self.insert("kept");
                    return "";
                });
    }

    private void assertStays(String object) throws Exception {
        glance();
        assertThat(runtime.in(object, (self, x) -> self.counter), is(5));
    }

    private void awaitEmpty() {
        while (runtime.objects().liveObjects() > 0) {
            Thread.onSpinWait();
        }
    }

    /// Lets time pass again and again, since what must happen first ends on a thread of its own.
    private void awaitPassing(Duration time) {
        while (runtime.objects().liveObjects() > 0) {
            this.time.pass(time);
            glance();
        }
    }

    /// Gives the engine's own threads the chance to look at the time some times.
    private void glance() {
        CountDownLatch looks = new CountDownLatch(3);
        time.start(
                "glance",
                () -> {
                    while (looks.getCount() > 0) {
                        time.parkNanos(this, 1_000_000);
                        looks.countDown();
                    }
                });
        try {
            looks.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
