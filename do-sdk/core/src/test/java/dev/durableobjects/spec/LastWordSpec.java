package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.Limit;
import dev.durableobjects.ShutdownReason;
import dev.durableobjects.runtime.TestRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// When a `preShutdown` runs and for how long, and what it may do: write, call others, wait, and
/// meet those who call it. Time moves only when a test says so.
@Timeout(60)
class LastWordSpec {

    private static final Duration IDLE = Duration.ofSeconds(10);

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
                                        .limit(Limit.COMMIT_SECONDS, 1_000_000));
        runtime.script("note", (self, text) -> self.log().add(text));
    }

    @AfterEach
    void stop() {
        time.flow();
        runtime.close();
    }

    @Test
    void preShutdownRunsBeforeAnEvictionAndItsWritesAreThereAfterwards() throws Exception {
        runtime.script(
                "preShutdown",
                (self, reason) -> {
                    self.insert(reason + " " + self.counter);
                    return "";
                });
        use("a");

        time.pass(IDLE);
        awaitShutdown();

        assertThat(runtime.values("a"), is(List.of("INACTIVE 5")));
        assertThat(runtime.shutdowns, contains(ShutdownReason.INACTIVE));
    }

    @Test
    void aCallDuringPreShutdownWaitsForTheNextInstance() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        runtime.script(
                "preShutdown",
                (self, reason) -> {
                    inside.countDown();
                    release.await();
                    self.insert("last");
                    return "";
                });
        use("a");
        time.pass(IDLE);
        inside.await();

        CompletableFuture<Object> call = runtime.blocked("a", Probe::values).result();
        release.countDown();

        assertThat(call.get(30, TimeUnit.SECONDS), is(List.of("last")));
        assertThat(runtime.constructed, contains("a", "a"));
    }

    @Test
    void aPreShutdownThatThrowsOrTakesTooLongHoldsNobodyUp() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        runtime.script(
                "preShutdown",
                (self, reason) -> {
                    self.insert("before");
                    if (self.ctx().id().name().orElseThrow().equals("a")) {
                        throw new IllegalStateException("on purpose");
                    }
                    self.ctx().storage().sync();
                    self.insert("too late");
                    inside.countDown();
                    never.await();
                    return "";
                });
        use("a");
        use("b");

        time.pass(IDLE);
        inside.await();
        time.pass(Duration.ofSeconds(10));
        Object ofA = runtime.values("a");
        Object ofB = runtime.values("b");
        never.countDown();

        assertThat("what it wrote before it threw", ofA, is(List.of("before")));
        assertThat("what it synced before the time was over", ofB, is(List.of("before")));
    }

    @Test
    void preShutdownIsNotToldOfAnAbort() throws Exception {
        use("a");

        assertThrows(
                DurableObjectException.class,
                () ->
                        runtime.in(
                                "a",
                                (self, x) -> {
                                    self.ctx().abort("on purpose");
                                    return "";
                                }));
        runtime.stub("a").rpc().run("note", "");

        assertThat(runtime.shutdowns, is(List.of()));
    }

    @Test
    void itCallsAnotherObjectAndGoesOn() throws Exception {
        lastWordOf(
                "a",
                self -> {
                    self.insert("before");
                    self.other("b").run("note", "called");
                    self.ctx().await(() -> self.log().add("outside"));
                    self.insert("after");
                    return "";
                });
        use("a");

        time.pass(IDLE);
        awaitShutdown();

        assertThat(runtime.values("a"), is(List.of("before", "after")));
        assertThat(runtime.log, contains("called", "outside"));
    }

    @Test
    void nobodyEntersWhileItIsOut() throws Exception {
        CountDownLatch outside = new CountDownLatch(1);
        CountDownLatch back = new CountDownLatch(1);
        lastWordOf(
                "a",
                self -> {
                    self.ctx()
                            .await(() -> {
                                outside.countDown();
                                back.await();
                            });
                    self.insert("last");
                    return "";
                });
        use("a");
        time.pass(IDLE);
        outside.await();

        CompletableFuture<Object> call = runtime.blocked("a", Probe::values).result();
        back.countDown();

        assertThat(call.get(30, TimeUnit.SECONDS), is(List.of("last")));
        assertThat(runtime.constructed, contains("a", "a"));
    }

    @Test
    void aCallOfItThatComesBackIsRefusedAtOnce() throws Exception {
        CompletableFuture<String> refusal = new CompletableFuture<>();
        runtime.script("back", (self, x) -> self.other("a").run("note", "never"));
        lastWordOf(
                "a",
                self -> {
                    IllegalStateException refused =
                            assertThrows(
                                    IllegalStateException.class,
                                    () -> self.other("b").run("back", ""));
                    return refusal.complete(refused.getMessage());
                });
        use("a");

        time.pass(IDLE);

        assertThat(refusal.get(30, TimeUnit.SECONDS), containsString("preShutdown of PROBE a"));
    }

    @Test
    void oneThatCallsWhoeverMakesItLeaveHoldsNobodyUpForEver() throws Exception {
        CompletableFuture<Thread> speaker = new CompletableFuture<>();
        lastWordOf(
                "a",
                self -> {
                    speaker.complete(Thread.currentThread());
                    return self.other("b").run("note", "of a");
                });
        use("a");
        CompletableFuture<Object> call =
                runtime.start("b", self -> self.other("c").run("note", "of b"));
        while (speaker.get(30, TimeUnit.SECONDS).getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }

        time.pass(Duration.ofSeconds(10));

        assertThat(call.get(30, TimeUnit.SECONDS), is(true));
    }

    private void lastWordOf(String object, Probe.Task word) {
        runtime.script(
                "preShutdown",
                (self, reason) ->
                        self.ctx().id().name().orElseThrow().equals(object) ? word.run(self) : "");
    }

    private void use(String object) throws Exception {
        runtime.in(
                object,
                (self, x) -> {
                    self.counter = 5;
                    self.createTable();
                    return "";
                });
    }

    private void awaitShutdown() {
        while (runtime.shutdowns.isEmpty()) {
            Thread.onSpinWait();
        }
    }
}
