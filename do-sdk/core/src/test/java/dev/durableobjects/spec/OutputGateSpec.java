package dev.durableobjects.spec;

import static dev.durableobjects.spec.ProbeRuntime.failureOf;
import static dev.durableobjects.spec.ProbeRuntime.resetOf;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.Limit;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.journal.FaultyDisk;
import dev.durableobjects.kv.WriteOptions;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.websocket.WebSocketPair;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Nothing leaves an object before the writes behind it are durable. The disk is real; only when a
/// sync ends is up to the test.
@Timeout(60)
class OutputGateSpec {

    @TempDir private Path directory;
    private final FaultyDisk disk = new FaultyDisk();
    private ProbeRuntime runtime;

    @BeforeEach
    void start() {
        runtime = new ProbeRuntime(directory, builder -> TestRuntime.withDisk(builder, disk));
    }

    @AfterEach
    void stop() {
        disk.release();
        runtime.close();
    }

    @Test
    void aResultWaitsForTheCommit() throws Exception {
        runtime.prepare("a");
        disk.hold();

        CompletableFuture<Object> call = assertWaits(OutputGateSpec::write);

        disk.release();
        assertThat(call.get(30, TimeUnit.SECONDS), is("written"));
    }

    @Test
    void nothingWaitsForAnUnconfirmedWriteButSync() throws Exception {
        runtime.prepare("a");
        disk.hold();
        Object result =
                runtime.in(
                        "a",
                        (self, x) -> {
                            self.ctx().storage().kv().put("k", 1, WriteOptions.UNCONFIRMED);
                            return "not yet durable";
                        });
        CompletableFuture<Object> sync =
                assertWaits(self -> {
                    self.ctx().storage().sync();
                    return "durable";
                });

        assertThat(result, is("not yet durable"));
        disk.release();
        assertThat(sync.get(30, TimeUnit.SECONDS), is("durable"));
    }

    @Test
    void aConfirmedWriteBesideAnUnconfirmedOneIsWaitedFor() throws Exception {
        runtime.prepare("a");
        disk.hold();

        CompletableFuture<Object> call =
                assertWaits(self -> {
                    self.ctx().storage().kv().put("k", 1, WriteOptions.UNCONFIRMED);
                    self.ctx().storage().kv().put("l", 1);
                    return "";
                });

        disk.release();
        assertThat(call.get(30, TimeUnit.SECONDS), is(""));
    }

    @Test
    void anExceptionWaitsForTheCommit() throws Exception {
        runtime.prepare("a");
        disk.hold();

        CompletableFuture<Object> call =
                assertWaits(self -> {
                    self.insert(1);
                    throw new IOException("after the write");
                });

        disk.release();
        assertThat(failureOf(call).getMessage(), is("after the write"));
    }

    @Test
    void aReadWaitsForTheWritesThatItSaw() throws Exception {
        runtime.prepare("a");
        disk.hold();
        CompletableFuture<Object> write = assertWaits(OutputGateSpec::write);

        CompletableFuture<Object> read = assertWaits(Probe::values);
        Object elsewhere = runtime.in("b", (self, x) -> "no writes here");

        assertThat(elsewhere, is("no writes here"));
        disk.release();
        assertThat(read.get(30, TimeUnit.SECONDS), is(List.of(1L)));
        write.get(30, TimeUnit.SECONDS);
    }

    @Test
    void anOutgoingCallWaitsForTheCommit() throws Exception {
        runtime.prepare("a");
        runtime.script("called", (self, x) -> self.log().add("called"));
        disk.hold();

        CompletableFuture<Object> call =
                assertWaits(self -> {
                    self.insert(1);
                    return self.other("b").run("called", "");
                });

        assertThat(runtime.log, is(empty()));
        disk.release();
        call.get(30, TimeUnit.SECONDS);
        assertThat(runtime.log, is(List.of("called")));
    }

    @Test
    void syncWaitsForWhatWasWrittenSoFar() throws Exception {
        runtime.prepare("a");
        disk.hold();

        CompletableFuture<Object> call =
                assertWaits(self -> {
                    self.insert(1);
                    self.ctx().storage().sync();
                    return self.log().add("synced");
                });

        assertThat(runtime.log, is(empty()));
        disk.release();
        call.get(30, TimeUnit.SECONDS);
    }

    @Test
    void theConstructorsWritesAreWaitedFor() throws Exception {
        runtime.constructor =
                self -> {
                    self.createTable();
                    self.insert("made");
                };
        disk.hold();

        CompletableFuture<Object> call = assertWaits(self -> "only read");

        disk.release();
        assertThat(call.get(30, TimeUnit.SECONDS), is("only read"));
    }

    @Test
    void framesWaitForTheCommitOfTheirEventAndForNoLaterOne() throws Exception {
        runtime.prepare("a");
        runtime.script(
                "accept",
                (self, x) -> {
                    WebSocketPair pair = WebSocketPair.create();
                    self.ctx().acceptWebSocket(pair.server());
                    return Response.webSocket(pair.client());
                });
        runtime.script(
                "send",
                (self, text) -> {
                    self.insert(text);
                    self.ctx().webSockets().forEach(socket -> socket.send(text));
                    return "";
                });
        WebServer server = serve();
        try (RawWebSocket socket = RawWebSocket.connect(server.port(), "/accept")) {
            disk.hold();
            ProbeRuntime.Blocked<Object> first = send("first");
            disk.awaitHeld();
            ProbeRuntime.Blocked<Object> second = send("second");
            socket.assertExhausted();

            disk.releaseOne();

            assertThat(socket.readText(), is("first"));
            first.result().get(30, TimeUnit.SECONDS);
            disk.awaitHeld();
            assertThat(second.thread().getState(), is(Thread.State.WAITING));
            socket.assertExhausted();
            disk.release();
            assertThat(socket.readText(), is("second"));
        } finally {
            server.stop();
        }
    }

    @Test
    void eachChunkOfAStreamedBodyWaitsForItsCommit() throws Exception {
        runtime.prepare("a");
        runtime.script(
                "stream",
                (self, x) -> {
                    Iterator<String> texts = List.of("one ", "two").iterator();
                    return Response.of(200)
                            .withChunks(() -> {
                                if (!texts.hasNext()) {
                                    return Optional.empty();
                                }
                                String text = texts.next();
                                self.insert(text);
                                return Optional.of(text.getBytes(UTF_8));
                            });
                });
        Response response = runtime.stub("a").fetch(Request.get("/stream"));
        var chunks = response.chunks().orElseThrow();
        disk.hold();

        CompletableFuture<Optional<byte[]>> first = ProbeRuntime.blocked(chunks::next).result();

        disk.release();
        assertThat(new String(first.get(30, TimeUnit.SECONDS).orElseThrow(), UTF_8), is("one "));
        assertThat("other events run in between", runtime.values("a"), is(List.of("one ")));
        assertThat(new String(chunks.next().orElseThrow(), UTF_8), is("two"));
        assertThat(chunks.next(), is(Optional.empty()));
        chunks.close();
    }

    @Test
    void aStreamedBodyArrivesOverHttp() throws Exception {
        runtime.script(
                "stream",
                (self, x) -> {
                    Iterator<String> texts = List.of("a", "b", "c").iterator();
                    return Response.of(200)
                            .withChunks(() ->
                                    texts.hasNext()
                                            ? Optional.of(texts.next().getBytes(UTF_8))
                                            : Optional.empty());
                });
        runtime.script(
                "broken",
                (self, x) ->
                        Response.of(200)
                                .withChunks(() -> {
                                    if (self.counter++ > 0) {
                                        throw new IOException("half-way");
                                    }
                                    return Optional.of("half".getBytes(UTF_8));
                                }));
        WebServer server = serve();
        try (RawHttp http = new RawHttp(server.port())) {
            assertThat(http.send("GET", "/stream", "").body(), is("abc"));
            assertThat(
                    "no proper end",
                    assertThrows(IOException.class, () -> http.send("GET", "/broken", ""))
                            .getMessage(),
                    containsString("the connection ended"));
        } finally {
            server.stop();
        }
    }

    @Test
    void aFailedCommitReplacesTheResultAndNobodyReadsTheLostWrite() throws Exception {
        runtime.prepare("a");
        disk.failForces("no space left on device");
        CompletableFuture<Object> call = runtime.start("a", OutputGateSpec::write);

        DurableObjectException thrown = resetOf(call);

        assertThat(thrown.getMessage(), containsString("no space left on device"));
        assertThrows(RuntimeException.class, () -> runtime.values("a"));
    }

    @Test
    void aHungCommitReplacesTheResultAfterItsTime() throws Exception {
        runtime.close();
        runtime =
                new ProbeRuntime(
                        directory,
                        builder ->
                                TestRuntime.withDisk(builder, disk).limit(Limit.COMMIT_SECONDS, 1));
        runtime.prepare("a");
        disk.hold();
        CompletableFuture<Object> call = runtime.start("a", OutputGateSpec::write);

        Throwable thrown = failureOf(call);

        assertThat(
                thrown.getMessage(),
                startsWith("Durable Object storage operation exceeded timeout"));
        assertThat("overloaded", ((DurableObjectException) thrown).overloaded(), is(true));
    }

    /// Asserts that an event waits until the disk, which is held, is let go.
    ///
    /// @return what becomes of it then
    private CompletableFuture<Object> assertWaits(Probe.Task task) throws IOException {
        CompletableFuture<Object> result = runtime.blocked("a", task).result();
        disk.awaitHeld();
        return result;
    }

    private ProbeRuntime.Blocked<Object> send(String text) {
        return ProbeRuntime.blocked(() -> runtime.stub("a").rpc().run("send", text));
    }

    private static Object write(Probe self) {
        self.insert(1);
        return "written";
    }

    private WebServer serve() {
        return runtime.serve((request, env) -> runtime.stub("a").fetch(request));
    }
}
