package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.Limit;
import dev.durableobjects.Timer;
import dev.durableobjects.sql.SqlCursor;
import java.io.IOException;
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

/// When events enter an object, and when they do not.
@Timeout(60)
class InputGateSpec {

    @TempDir private Path directory;
    private ProbeRuntime runtime;

    @BeforeEach
    void start() {
        runtime =
                new ProbeRuntime(
                        directory, builder -> builder.limit(Limit.BLOCK_CONCURRENCY_SECONDS, 2));
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

        awaitLog("first begins");
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

        awaitLog("asleep");
        runtime.in("a", (self, x) -> self.log().add("second"));
        sleeper.get(30, TimeUnit.SECONDS);

        assertThat(runtime.log, contains("asleep", "second", "awake"));
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
        awaitLog("begins");
        CompletableFuture<Object> second = runtime.start("a", self -> self.log().add("second"));
        queued.countDown();
        first.get(30, TimeUnit.SECONDS);
        second.get(30, TimeUnit.SECONDS);

        assertThat(runtime.log, contains("begins", "ends", "second"));
    }

    @Test
    void blockConcurrencyWhileKeepsOthersOutEvenWhileItAwaits() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Object> blocker =
                runtime.start(
                        "a",
                        self ->
                                self.ctx()
                                        .blockConcurrencyWhile(() -> {
                                            self.log().add("section begins");
                                            inside.countDown();
                                            self.ctx().await(() -> release.await());
                                            self.other("b").run("log", "called");
                                            return self.log().add("section ends");
                                        }));
        runtime.script("log", (self, x) -> self.log().add(x));
        inside.await();
        CompletableFuture<Object> other = runtime.start("a", self -> self.log().add("other"));
        release.countDown();
        blocker.get(30, TimeUnit.SECONDS);
        other.get(30, TimeUnit.SECONDS);

        assertThat(runtime.log, contains("section begins", "called", "section ends", "other"));
    }

    @Test
    void aCallThatComesBackFromInsideACriticalSectionIsLetIn() throws Exception {
        runtime.script("back", (self, x) -> self.other("a").run("value", ""));
        runtime.script("value", (self, x) -> 12345L);

        Object value =
                runtime.in(
                        "a",
                        (self, x) ->
                                self.ctx()
                                        .blockConcurrencyWhile(
                                                () -> self.other("b").run("back", "")));

        assertThat(value, is(12345L));
    }

    @Test
    void criticalSectionsNest64DeepAndOneMoreLeavesTheObjectHealthy() throws Exception {
        runtime.script("nest", (self, depth) -> nest(self, Integer.parseInt(depth)));

        assertThat(runtime.stub("a").rpc().run("nest", "64"), is("deep"));
        IllegalStateException thrown =
                assertThrows(
                        IllegalStateException.class,
                        () ->
                                runtime.in(
                                        "a",
                                        (self, x) -> {
                                            try {
                                                return nest(self, 65);
                                            } catch (IllegalStateException e) {
                                                self.counter++;
                                                throw e;
                                            }
                                        }));

        assertThat(thrown.getMessage(), is("blockConcurrencyWhile() calls are nested too deeply."));
    }

    private static Object nest(Probe self, int depth) {
        return depth == 0 ? "deep" : self.ctx().blockConcurrencyWhile(() -> nest(self, depth - 1));
    }

    @Test
    void aThrowInACriticalSectionResetsTheObject() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Object> blocker =
                runtime.start(
                        "a",
                        self -> {
                            self.counter = 7;
                            return self.ctx()
                                    .blockConcurrencyWhile(() -> {
                                        inside.countDown();
                                        release.await();
                                        throw new IOException("foobar");
                                    });
                        });
        inside.await();
        CompletableFuture<Object> waiter = runtime.queued("a", self -> "never").result();
        release.countDown();

        Throwable own = assertThrows(ExecutionException.class, blocker::get).getCause();
        Throwable others = assertThrows(ExecutionException.class, waiter::get).getCause();

        assertThat(own, is(instanceOf(IOException.class)));
        assertThat(others.getMessage(), is("foobar"));
        assertThat(((DurableObjectException) others).durableObjectReset(), is(true));
        assertThat("a new instance", runtime.in("a", (self, x) -> self.counter), is(0));
    }

    @Test
    void aCriticalSectionThatTakesTooLongResetsTheObject() throws Exception {
        CompletableFuture<Object> stuck = new CompletableFuture<>();
        CountDownLatch inside = new CountDownLatch(1);
        CompletableFuture<Object> blocker =
                runtime.start(
                        "a",
                        self ->
                                self.ctx()
                                        .blockConcurrencyWhile(() -> {
                                            inside.countDown();
                                            return stuck.get();
                                        }));
        inside.await();
        CompletableFuture<Object> waiter = runtime.start("a", self -> "never");

        DurableObjectException thrown =
                (DurableObjectException)
                        assertThrows(
                                        ExecutionException.class,
                                        () -> waiter.get(30, TimeUnit.SECONDS))
                                .getCause();

        assertThat(
                thrown.getMessage(),
                containsString("blockConcurrencyWhile() in a Durable Object waited for too long"));
        assertThat(thrown.kind(), is(Kind.TIMED_OUT));
        assertThat(
                "a new instance runs although the old one is stuck",
                runtime.in("a", (self, x) -> "fine"),
                is("fine"));
        stuck.complete("late");
        assertThrows(ExecutionException.class, blocker::get);
    }

    @Test
    void theConstructorIsACriticalSection() throws Exception {
        runtime.script("slow", (self, x) -> self.log().add("called by the constructor"));
        runtime.constructor =
                self -> {
                    if (self.ctx().id().name().filter("a"::equals).isPresent()) {
                        try {
                            self.createTable();
                            self.other("b").run("slow", "");
                            self.log().add("constructed");
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    }
                };

        List<CompletableFuture<Object>> calls =
                java.util.stream.IntStream.range(0, 5)
                        .mapToObj(i -> runtime.start("a", self -> self.log().add("event")))
                        .toList();
        for (CompletableFuture<Object> call : calls) {
            call.get(30, TimeUnit.SECONDS);
        }

        assertThat(
                runtime.log,
                contains(
                        "called by the constructor",
                        "constructed",
                        "event",
                        "event",
                        "event",
                        "event",
                        "event"));
        assertThat(runtime.constructed.stream().filter("a"::equals).count(), is(1L));
    }

    @Test
    void aTimerRunsAsAnEventOfItsOwn() throws Exception {
        CompletableFuture<Object> fired = new CompletableFuture<>();

        runtime.in(
                "a",
                (self, x) ->
                        self.ctx()
                                .setTimeout(
                                        Duration.ofMillis(20),
                                        () -> {
                                            self.createTable();
                                            self.insert("by the timer");
                                            fired.complete("");
                                        })
                                .getClass()
                                .getName());
        fired.get(30, TimeUnit.SECONDS);

        assertThat(runtime.in("a", (self, x) -> self.values()), is(List.of("by the timer")));
    }

    @Test
    void anIntervalRunsUntilItIsCancelled() throws Exception {
        CompletableFuture<Object> third = new CompletableFuture<>();

        runtime.in(
                "a",
                (self, x) -> {
                    Timer[] timer = new Timer[1];
                    timer[0] =
                            self.ctx()
                                    .setInterval(
                                            Duration.ofMillis(5),
                                            () -> {
                                                if (++self.counter == 3) {
                                                    timer[0].cancel();
                                                    third.complete("");
                                                }
                                            });
                    return "";
                });
        third.get(30, TimeUnit.SECONDS);
        runtime.in(
                "a",
                (self, x) -> {
                    self.ctx().sleep(Duration.ofMillis(100));
                    return "";
                });

        assertThat(runtime.in("a", (self, x) -> self.counter), is(3));
    }

    @Test
    void storageAndSocketsAreRefusedOutsideOfTheTurn() throws Exception {
        CompletableFuture<Throwable> inTask = new CompletableFuture<>();
        runtime.in(
                "a",
                (self, x) -> {
                    self.createTable();
                    self.ctx().waitUntil(() -> inTask.complete(refusal(self)));
                    Throwable whileAway = self.ctx().await(() -> refusal(self));
                    self.log().add("await " + (whileAway instanceof IllegalStateException));
                    Throwable other =
                            ProbeRuntime.started(() -> refusal(self)).get(30, TimeUnit.SECONDS);
                    self.log().add("thread " + (other instanceof IllegalStateException));
                    return "";
                });

        assertThat(inTask.get(30, TimeUnit.SECONDS), is(instanceOf(IllegalStateException.class)));
        assertThat(runtime.log, contains("await true", "thread true"));
    }

    private static Throwable refusal(Probe self) {
        assertThrows(IllegalStateException.class, () -> self.ctx().webSockets());
        assertThrows(IllegalStateException.class, () -> self.ctx().storage().sync());
        return assertThrows(Throwable.class, self::values);
    }

    @Test
    void aCursorEndsWithItsTurn() throws Exception {
        SqlCursor[] kept = new SqlCursor[1];
        runtime.in(
                "a",
                (self, x) -> {
                    kept[0] = self.ctx().storage().sql().exec("SELECT 1 UNION SELECT 2");
                    kept[0].next();
                    return "";
                });

        IllegalStateException inside =
                assertThrows(
                        IllegalStateException.class,
                        () -> runtime.in("a", (self, x) -> kept[0].next()));

        assertThat(inside.getMessage(), containsString("the event that opened this cursor"));
        assertThrows(IllegalStateException.class, () -> kept[0].next());
    }

    @Test
    void anInterruptedCallerStartsNothing() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Object> busy =
                runtime.start(
                        "a",
                        self -> {
                            inside.countDown();
                            release.await();
                            return self.counter;
                        });
        inside.await();
        ProbeRuntime.Queued waiting = runtime.queued("a", self -> ++self.counter);

        waiting.thread().interrupt();

        DurableObjectException thrown =
                (DurableObjectException)
                        assertThrows(
                                        ExecutionException.class,
                                        () -> waiting.result().get(30, TimeUnit.SECONDS))
                                .getCause();
        assertThat(thrown.kind(), is(Kind.CANCELLED));
        release.countDown();
        busy.get(30, TimeUnit.SECONDS);
        assertThat(runtime.in("a", (self, x) -> self.counter), is(0));
    }

    @Test
    void aCallerThatIsInterruptedAnywhereHarmsNobody() throws Exception {
        runtime.script(
                "work",
                (self, x) -> {
                    self.createTable();
                    self.insert(1);
                    self.ctx().await(() -> self.log().size());
                    self.insert(2);
                    self.ctx().sleep(Duration.ofMillis(1));
                    self.other("b").run("write", "");
                    self.ctx().storage().sync();
                    self.insert(3);
                    return (long) self.values().size();
                });
        runtime.script(
                "write",
                (self, x) -> {
                    self.createTable();
                    self.insert(x);
                    return "";
                });

        for (int round = 0; round < 200; round++) {
            CompletableFuture<Object> done = new CompletableFuture<>();
            Thread caller =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    done.complete(runtime.stub("a").rpc().run("work", ""));
                                } catch (Throwable e) {
                                    done.complete(e);
                                }
                            });
            for (int spin = 0; spin < round * 50 && !done.isDone(); spin++) {
                Thread.onSpinWait();
            }
            caller.interrupt();
            Object outcome = done.get(30, TimeUnit.SECONDS);
            assertThat(
                    "only a call that had not begun fails: " + outcome,
                    !(outcome instanceof Throwable)
                            || (outcome instanceof DurableObjectException e
                                    && e.kind() == Kind.CANCELLED),
                    is(true));
            assertThat(runtime.stub("c").rpc().run("write", "x"), is(""));
        }
        assertThat(
                "the instance was never reset",
                runtime.constructed.stream().filter("a"::equals).count(),
                is(1L));
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

    private void awaitLog(String entry) {
        while (!runtime.log.contains(entry)) {
            Thread.onSpinWait();
        }
    }
}
