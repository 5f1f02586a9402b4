package dev.durableobjects.spec;

import static dev.durableobjects.spec.ProbeRuntime.failureOf;
import static dev.durableobjects.spec.ProbeRuntime.resetOf;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
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

/// How an instance comes to be, what ends it, and what goes on beside its events.
@Timeout(60)
class LifecycleSpec {

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
    void anObjectIsConstructedByItsFirstCallAndNotBefore() throws Exception {
        runtime.stub("a").id();
        assertThat(runtime.constructed, is(empty()));

        runtime.in("a", (self, x) -> "");
        runtime.in("a", (self, x) -> "");

        assertThat(runtime.constructed, contains("a"));
    }

    @Test
    void anObjectThatHasWrittenNothingHasNoFile() throws Exception {
        runtime.in(
                "a",
                (self, x) -> self.ctx().storage().sql().exec("SELECT 1 AS v").one().getInt("v"));
        assertThat(ObjectFiles.databases(directory), is(empty()));

        runtime.in(
                "a",
                (self, x) -> {
                    self.createTable();
                    return "";
                });

        assertThat(
                ObjectFiles.databases(directory),
                contains(ObjectFiles.ofProbe(directory, runtime.stub("a").id())));
    }

    @Test
    void aFailedConstructorFailsTheCallerAndThoseWhoWait() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        runtime.constructor =
                self -> {
                    self.createTable();
                    self.insert("half");
                    inside.countDown();
                    await(release);
                    throw new IllegalStateException("born broken");
                };
        CompletableFuture<Object> first = runtime.start("a", self -> "never");
        inside.await();
        CompletableFuture<Object> second = runtime.blocked("a", self -> "never").result();

        release.countDown();
        Throwable own = failureOf(first);
        DurableObjectException others = resetOf(second);

        assertThat(own.getMessage(), is("born broken"));
        assertThat(others.getMessage(), is("born broken"));
        assertThat("it was tried once", runtime.constructed, contains("a"));
    }

    @Test
    void aFailedConstructorLeavesNothingAndTheNextCallConstructsAnew() throws Exception {
        runtime.constructor =
                self -> {
                    self.createTable();
                    self.insert("half");
                    throw new IllegalStateException("born broken");
                };
        assertThrows(IllegalStateException.class, () -> runtime.in("a", (self, x) -> "never"));
        runtime.constructor = Probe::createTable;

        Object values = runtime.values("a");

        assertThat(values, is(List.of()));
        assertThat(runtime.constructed, contains("a", "a"));
    }

    @Test
    void aFailedCommitResetsTheInstanceAndFailsThoseWhoWait() throws Exception {
        runtime.prepare("a");
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Object> violator =
                runtime.start(
                        "a",
                        self -> {
                            self.counter = 7;
                            self.insert("lost");
                            violateAtCommit(self);
                            inside.countDown();
                            release.await();
                            return "never";
                        });
        inside.await();
        CompletableFuture<Object> waiter = runtime.blocked("a", self -> "never").result();

        release.countDown();
        DurableObjectException own = resetOf(violator);
        DurableObjectException others = resetOf(waiter);

        assertThat(own.kind(), is(Kind.RESET));
        assertThat(own.getMessage(), startsWith("Durable Object was reset and rolled back"));
        assertThat(others.getMessage(), is(own.getMessage()));
        assertThat(runtime.in("a", (self, x) -> self.counter), is(0));
        assertThat(runtime.values("a"), is(List.of()));
    }

    @Test
    void waitUntilGoesOnAfterTheResponseAndItsFailureHarmsNobody() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Object> done = new CompletableFuture<>();
        runtime.script("note", (self, x) -> self.log().add(x));
        Object response =
                runtime.in(
                        "a",
                        (self, x) -> {
                            self.counter = 7;
                            self.ctx()
                                    .waitUntil(() -> {
                                        release.await();
                                        done.complete(self.other("a").run("note", "by the task"));
                                        throw new IOException("on purpose");
                                    });
                            return "at once";
                        });

        assertThat(response, is("at once"));
        assertThat(runtime.log, is(empty()));
        release.countDown();
        done.get(30, TimeUnit.SECONDS);

        assertThat(runtime.log, contains("by the task"));
        assertThat(runtime.in("a", (self, x) -> self.counter), is(7));
    }

    private static void violateAtCommit(Probe self) {
        var sql = self.ctx().storage().sql();
        sql.exec("CREATE TABLE parent (id PRIMARY KEY)");
        sql.exec("CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
        sql.exec("INSERT INTO child VALUES (1)");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
