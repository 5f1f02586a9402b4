package dev.durableobjects.spec;

import static dev.durableobjects.spec.ProbeRuntime.failureOf;
import static dev.durableobjects.spec.ProbeRuntime.resetOf;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.Limit;
import java.io.IOException;
import java.nio.file.Path;
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

/// `blockConcurrencyWhile` and the constructor keep others out, and what goes wrong in them resets
/// the object.
@Timeout(60)
class CriticalSectionSpec {

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
        CompletableFuture<Object> other =
                runtime.blocked("a", self -> self.log().add("other")).result();
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
        CompletableFuture<Object> waiter = runtime.blocked("a", self -> "never").result();
        release.countDown();

        Throwable own = failureOf(blocker);
        DurableObjectException others = resetOf(waiter);

        assertThat(own, is(instanceOf(IOException.class)));
        assertThat(others.getMessage(), is("foobar"));
        assertThat("a new instance", runtime.in("a", (self, x) -> self.counter), is(0));
    }

    @Test
    void anExceptionThatResetsTheObjectSaysSo() throws Exception {
        IllegalStateException mine = new IllegalStateException("mine");

        IllegalStateException thrown =
                assertThrows(
                        IllegalStateException.class,
                        () ->
                                runtime.in(
                                        "a",
                                        (self, x) ->
                                                self.ctx()
                                                        .blockConcurrencyWhile(() -> {
                                                            throw mine;
                                                        })));

        DurableObjectException about = DurableObjectException.about(thrown).orElseThrow();
        assertThat(thrown, is(mine));
        assertThat(about.kind(), is(Kind.ABORTED));
        assertThat("reset", about.durableObjectReset(), is(true));
        assertThat(runtime.in("a", (self, x) -> self.counter), is(0));
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
        CompletableFuture<Object> waiter = runtime.blocked("a", self -> "never").result();

        DurableObjectException thrown = (DurableObjectException) failureOf(waiter);

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
}
