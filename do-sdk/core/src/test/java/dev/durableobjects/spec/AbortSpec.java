package dev.durableobjects.spec;

import static dev.durableobjects.spec.ProbeRuntime.resetOf;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.journal.FaultyDisk;
import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.websocket.WebSocketPair;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What `abort` does to an object, and what it leaves.
@Timeout(60)
class AbortSpec {

    @TempDir private Path directory;
    private final FaultyDisk disk = new FaultyDisk();
    private ProbeRuntime runtime;

    @BeforeEach
    void start() throws Exception {
        runtime = new ProbeRuntime(directory, builder -> TestRuntime.withDisk(builder, disk));
        runtime.in(
                "a",
                (self, x) -> {
                    self.counter = 5;
                    self.createTable();
                    self.insert("kept");
                    return "";
                });
    }

    @AfterEach
    void stop() {
        disk.release();
        runtime.close();
    }

    @Test
    void whatIsNotCommittedIsLostAndTheNextCallFindsANewInstance() throws Exception {
        DurableObjectException thrown =
                aborted(self -> {
                    self.insert("lost");
                    self.ctx().abort("on purpose");
                    return "";
                });

        assertThat(thrown.getMessage(), is("on purpose"));
        assertThat(thrown.kind(), is(Kind.ABORTED));
        assertThat("reset", thrown.durableObjectReset(), is(true));
        assertThat("remote", thrown.remote(), is(true));
        assertThat(runtime.values("a"), is(List.of("kept")));
        assertThat(runtime.in("a", (self, x) -> self.counter), is(0));
    }

    @Test
    void whatWasSyncedBeforeStays() throws Exception {
        aborted(self -> {
            self.insert("synced");
            self.ctx().storage().sync();
            self.insert("lost");
            return abort(self);
        });

        assertThat(runtime.values("a"), is(List.of("kept", "synced")));
    }

    @Test
    void withoutAReasonItSaysWhatCloudflareSays() {
        DurableObjectException thrown =
                aborted(self -> {
                    self.ctx().abort();
                    return "";
                });

        assertThat(thrown.getMessage(), is("Application called abort() to reset Durable Object."));
    }

    @Test
    void nothingRunsAfterItNotEvenACatchOfExceptions() {
        aborted(self -> {
            try {
                self.ctx().abort("on purpose");
                self.log().add("went on");
            } catch (Exception e) {
                self.log().add("caught");
            }
            return self.log().add("returned");
        });

        assertThat(runtime.log, is(List.of()));
    }

    @Test
    void codeThatCatchesItAllTheSameReachesNothingAndNobody() throws Exception {
        DurableObjectException thrown = aborted(AbortSpec::surviveAbort);

        assertThat(thrown.getMessage(), is("on purpose"));
        assertThat(runtime.log, contains("storage", "sync", "call", "await"));
        assertThat(runtime.values("a"), is(List.of("kept")));
        assertThat("only the two of a", runtime.constructed, contains("a", "a"));
    }

    private static Object surviveAbort(Probe self) {
        try {
            self.ctx().abort("on purpose");
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
    void everyCallUnderWayFailsWithItsReason() throws Exception {
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
                            return abort(self);
                        });
        inside.await();
        CompletableFuture<Object> waiter = runtime.blocked("a", self -> "never").result();

        abort.countDown();
        DurableObjectException aborted = resetOf(aborter);
        DurableObjectException waited = resetOf(waiter);
        back.countDown();
        DurableObjectException wasAway = resetOf(away);

        assertThat(aborted.getMessage(), is("on purpose"));
        assertThat(waited.getMessage(), is("on purpose"));
        assertThat(wasAway.getMessage(), is("on purpose"));
        assertThat(runtime.log, is(empty()));
        assertThat(runtime.in("a", (self, x) -> "fine"), is("fine"));
    }

    @Test
    void itReplacesResponsesThatStillWaitForTheirCommit() throws Exception {
        disk.hold();
        CompletableFuture<Object> written =
                runtime.start(
                        "a",
                        self -> {
                            self.insert("unknown");
                            return "written";
                        });
        disk.awaitHeld();

        aborted(AbortSpec::abort);
        disk.release();

        assertThat(resetOf(written).getMessage(), is("on purpose"));
    }

    @Test
    void itEndsTheSockets() throws Exception {
        runtime.script(
                "accept",
                (self, x) -> {
                    WebSocketPair pair = WebSocketPair.create();
                    self.ctx().acceptWebSocket(pair.server());
                    return Response.webSocket(pair.client());
                });
        WebServer server = runtime.serve((request, env) -> runtime.stub("a").fetch(request));
        try (RawWebSocket socket = RawWebSocket.connect(server.port(), "/accept")) {
            aborted(self -> {
                self.ctx().webSockets().getFirst().send("never seen");
                return abort(self);
            });

            assertThrows(IOException.class, socket::readText);
            assertThat(runtime.in("a", (self, x) -> self.ctx().webSockets().size()), is(0));
        } finally {
            server.stop();
        }
    }

    @Test
    void aConnectionThatCannotBeClosedHoldsNobodyUp() throws Exception {
        HeldSocket socket = StuckTransport.accept(runtime);
        StuckTransport network = new StuckTransport();
        Thread reader = Thread.ofVirtual().start(() -> socket.serve(network));
        network.reading.await();

        aborted(AbortSpec::abort);

        assertThat(runtime.in("a", (self, x) -> self.counter), is(0));
        network.over.countDown();
        reader.join();
    }

    private static Object abort(Probe self) {
        self.ctx().abort("on purpose");
        return "";
    }

    private DurableObjectException aborted(Probe.Task task) {
        return assertThrows(
                DurableObjectException.class, () -> runtime.in("a", (self, x) -> task.run(self)));
    }
}
