package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.ShutdownReason;
import dev.durableobjects.http.Response;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.websocket.WebSocketPair;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How an instance comes to be, how it ends, and what of it is there afterwards.
@Timeout(60)
class LifecycleSpec {

    @TempDir private Path directory;
    private final HeldDisk disk = new HeldDisk();
    private ProbeRuntime runtime;

    @BeforeEach
    void start() {
        runtime = new ProbeRuntime(directory, builder -> TestRuntime.withDisk(builder, disk));
        runtime.script("values", (self, x) -> self.values());
    }

    @AfterEach
    void stop() {
        disk.release();
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
        assertThat(objectFiles(), is(empty()));

        runtime.in(
                "a",
                (self, x) -> {
                    self.createTable();
                    return "";
                });

        assertThat(objectFiles(), contains(runtime.stub("a").id() + ".sqlite"));
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
        CompletableFuture<Object> second = runtime.queued("a", self -> "never").result();

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

        Object values = runtime.in("a", (self, x) -> self.values());

        assertThat(values, is(List.of()));
        assertThat(runtime.constructed, contains("a", "a"));
    }

    @Test
    void anAbortLosesWhatIsNotCommittedAndKeepsWhatWasSynced() throws Exception {
        prepare("a");

        DurableObjectException thrown =
                assertThrows(
                        DurableObjectException.class,
                        () ->
                                runtime.in(
                                        "a",
                                        (self, x) -> {
                                            self.insert("synced");
                                            self.ctx().storage().sync();
                                            self.insert("lost");
                                            self.counter = 7;
                                            self.ctx().abort("enough");
                                            return "";
                                        }));

        assertThat(thrown.getMessage(), is("enough"));
        assertThat(thrown.kind(), is(Kind.ABORTED));
        assertThat(thrown.durableObjectReset(), is(true));
        assertThat(runtime.in("a", (self, x) -> self.counter), is(0));
        assertThat(runtime.stub("a").rpc().run("values", ""), is(List.of("synced")));
    }

    @Test
    void noCodeRunsAfterAnAbort() throws Exception {
        DurableObjectException thrown =
                assertThrows(
                        DurableObjectException.class,
                        () ->
                                runtime.in(
                                        "a",
                                        (self, x) -> {
                                            try {
                                                self.ctx().abort("enough");
                                                self.log().add("after");
                                            } catch (Exception e) {
                                                self.log().add("caught");
                                            }
                                            return self.log().add("returned");
                                        }));

        assertThat(thrown.getMessage(), is("enough"));
        assertThat(runtime.log, is(empty()));
    }

    @Test
    void codeThatCatchesAnAbortAllTheSameReachesNothingAndNobody() throws Exception {
        prepare("a");

        DurableObjectException thrown =
                assertThrows(
                        DurableObjectException.class,
                        () -> runtime.in("a", (self, x) -> surviveAbort(self)));

        assertThat(thrown.getMessage(), is("enough"));
        assertThat(runtime.log, contains("storage", "sync", "call", "await"));
        assertThat(runtime.stub("a").rpc().run("values", ""), is(List.of()));
        assertThat("only the two of a", runtime.constructed, contains("a", "a"));
    }

    private static Object surviveAbort(Probe self) {
        try {
            self.ctx().abort("enough");
        } catch (Error expected) {
            // As a catch of Throwable would do.
        }
        assertThrows(DurableObjectException.class, () -> self.insert("late"));
        self.log().add("storage");
        assertThrows(DurableObjectException.class, () -> self.ctx().storage().sync());
        self.log().add("sync");
        assertThrows(DurableObjectException.class, () -> self.other("b").run("values", ""));
        self.log().add("call");
        assertThrows(
                DurableObjectException.class, () -> self.ctx().await(() -> self.log().add("in")));
        self.log().add("await");
        return "as if nothing had happened";
    }

    @Test
    void anAbortGivesItsReasonToThoseWhoWaitAndToThoseWhoAreOut() throws Exception {
        CountDownLatch out = new CountDownLatch(1);
        CountDownLatch back = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch abort = new CountDownLatch(1);
        CompletableFuture<Object> away =
                runtime.start(
                        "a",
                        self -> {
                            self.ctx()
                                    .await(() -> {
                                        out.countDown();
                                        back.await();
                                    });
                            return self.log().add("came back");
                        });
        out.await();
        CompletableFuture<Object> aborter =
                runtime.start(
                        "a",
                        self -> {
                            inside.countDown();
                            abort.await();
                            self.ctx().abort("enough");
                            return "";
                        });
        inside.await();
        CompletableFuture<Object> waiter = runtime.queued("a", self -> "never").result();

        abort.countDown();
        DurableObjectException aborted = resetOf(aborter);
        DurableObjectException waited = resetOf(waiter);
        back.countDown();
        DurableObjectException wasAway = resetOf(away);

        assertThat(aborted.getMessage(), is("enough"));
        assertThat(waited.getMessage(), is("enough"));
        assertThat(wasAway.getMessage(), is("enough"));
        assertThat(runtime.log, is(empty()));
        assertThat(runtime.in("a", (self, x) -> "fine"), is("fine"));
    }

    @Test
    void anAbortReplacesResponsesThatStillWaitForTheirCommit() throws Exception {
        prepare("a");
        disk.hold();
        CompletableFuture<Object> written =
                runtime.start(
                        "a",
                        self -> {
                            self.insert("unknown");
                            return "written";
                        });
        disk.awaitSync();

        CompletableFuture<Object> aborter =
                runtime.start(
                        "a",
                        self -> {
                            self.ctx().abort("enough");
                            return "";
                        });
        resetOf(aborter);
        disk.release();

        assertThat(resetOf(written).getMessage(), is("enough"));
    }

    @Test
    void anAbortEndsTheSockets() throws Exception {
        runtime.script(
                "accept",
                (self, x) -> {
                    WebSocketPair pair = WebSocketPair.create();
                    self.ctx().acceptWebSocket(pair.server());
                    return Response.webSocket(pair.client());
                });
        WebServer server = runtime.serve((request, env) -> runtime.stub("a").fetch(request));
        try (RawWebSocket socket = RawWebSocket.connect(server.port(), "/accept")) {
            assertThrows(
                    DurableObjectException.class,
                    () ->
                            runtime.in(
                                    "a",
                                    (self, x) -> {
                                        self.ctx().webSockets().getFirst().send("never seen");
                                        self.ctx().abort("enough");
                                        return "";
                                    }));

            assertThrows(IOException.class, socket::readText);
            assertThat(runtime.in("a", (self, x) -> self.ctx().webSockets().size()), is(0));
        } finally {
            server.stop();
        }
    }

    @Test
    void aFailedCommitResetsTheInstanceAndFailsThoseWhoWait() throws Exception {
        prepare("a");
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
        CompletableFuture<Object> waiter = runtime.queued("a", self -> "never").result();

        release.countDown();
        DurableObjectException own = resetOf(violator);
        DurableObjectException others = resetOf(waiter);

        assertThat(own.kind(), is(Kind.RESET));
        assertThat(own.getMessage(), startsWith("Durable Object was reset and rolled back"));
        assertThat(others.getMessage(), is(own.getMessage()));
        assertThat(runtime.in("a", (self, x) -> self.counter), is(0));
        assertThat(runtime.stub("a").rpc().run("values", ""), is(List.of()));
    }

    @Test
    void preShutdownRunsWhenTheRuntimeClosesAndItsWritesAreThereAfterwards() throws Exception {
        prepare("a");
        prepare("b");
        runtime.script(
                "preShutdown",
                (self, reason) -> {
                    self.insert(reason);
                    return "";
                });

        runtime.close();
        List<ShutdownReason> reasons = List.copyOf(runtime.shutdowns);
        start();

        assertThat(
                reasons, contains(ShutdownReason.SERVER_SHUTDOWN, ShutdownReason.SERVER_SHUTDOWN));
        assertThat(runtime.stub("a").rpc().run("values", ""), is(List.of("SERVER_SHUTDOWN")));
        assertThat(runtime.stub("b").rpc().run("values", ""), is(List.of("SERVER_SHUTDOWN")));
    }

    @Test
    void anEventUnderWayFinishesBeforeTheRuntimeCloses() throws Exception {
        prepare("a");
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Object> event =
                runtime.start(
                        "a",
                        self -> {
                            inside.countDown();
                            self.ctx().await(() -> release.await());
                            self.insert("finished");
                            return "finished";
                        });
        inside.await();
        CompletableFuture<Object> closing =
                ProbeRuntime.started(() -> {
                    runtime.close();
                    return "";
                });
        awaitClosing();

        release.countDown();

        assertThat(event.get(30, TimeUnit.SECONDS), is("finished"));
        closing.get(30, TimeUnit.SECONDS);
        start();
        assertThat(runtime.stub("a").rpc().run("values", ""), is(List.of("finished")));
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

    private void prepare(String object) throws Exception {
        runtime.in(
                object,
                (self, x) -> {
                    self.createTable();
                    return "";
                });
    }

    private static void violateAtCommit(Probe self) {
        var sql = self.ctx().storage().sql();
        sql.exec("CREATE TABLE parent (id PRIMARY KEY)");
        sql.exec("CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
        sql.exec("INSERT INTO child VALUES (1)");
    }

    /// Waits until the runtime refuses calls.
    private void awaitClosing() {
        while (true) {
            try {
                runtime.in("b", (self, x) -> "");
            } catch (Exception e) {
                return;
            }
        }
    }

    private List<String> objectFiles() {
        Path objects = directory.resolve("objects");
        if (Files.notExists(objects)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(objects)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".sqlite"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Throwable failureOf(CompletableFuture<Object> call) {
        return assertThrows(ExecutionException.class, () -> call.get(30, TimeUnit.SECONDS))
                .getCause();
    }

    private static DurableObjectException resetOf(CompletableFuture<Object> call) {
        DurableObjectException thrown = (DurableObjectException) failureOf(call);
        assertThat(thrown.durableObjectReset(), is(true));
        return thrown;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
