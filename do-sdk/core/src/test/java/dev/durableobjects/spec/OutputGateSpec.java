package dev.durableobjects.spec;

import static dev.durableobjects.spec.ProbeRuntime.failureOf;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.Limit;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
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
    private final HeldDisk disk = new HeldDisk();
    private ProbeRuntime runtime;

    @BeforeEach
    void start() {
        runtime =
                new ProbeRuntime(
                        directory,
                        builder ->
                                TestRuntime.withDisk(builder, disk).limit(Limit.COMMIT_SECONDS, 3));
        runtime.script("noop", (self, x) -> "");
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
        CompletableFuture<Object> call = runtime.start("a", OutputGateSpec::write);

        disk.awaitSync();

        assertThat(call.isDone(), is(false));
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
                runtime.start(
                        "a",
                        self -> {
                            self.ctx().storage().sync();
                            return "durable";
                        });

        disk.awaitSync();

        assertThat(result, is("not yet durable"));
        assertThat(sync.isDone(), is(false));
        disk.release();
        assertThat(sync.get(30, TimeUnit.SECONDS), is("durable"));
    }

    @Test
    void aConfirmedWriteBesideAnUnconfirmedOneIsWaitedFor() throws Exception {
        runtime.prepare("a");
        disk.hold();
        CompletableFuture<Object> call =
                runtime.start(
                        "a",
                        self -> {
                            self.ctx().storage().kv().put("k", 1, WriteOptions.UNCONFIRMED);
                            self.ctx().storage().kv().put("l", 1);
                            return "";
                        });

        disk.awaitSync();

        assertThat(call.isDone(), is(false));
        disk.release();
        assertThat(call.get(30, TimeUnit.SECONDS), is(""));
    }

    @Test
    void anExceptionWaitsForTheCommit() throws Exception {
        runtime.prepare("a");
        disk.hold();
        CompletableFuture<Object> call =
                runtime.start(
                        "a",
                        self -> {
                            self.insert(1);
                            throw new IOException("after the write");
                        });

        disk.awaitSync();

        assertThat(call.isDone(), is(false));
        disk.release();
        assertThat(failureOf(call).getMessage(), is("after the write"));
    }

    @Test
    void aReadWaitsForTheWritesThatItSaw() throws Exception {
        runtime.prepare("a");
        disk.hold();
        CompletableFuture<Object> write = runtime.start("a", OutputGateSpec::write);
        disk.awaitSync();

        CompletableFuture<Object> read = runtime.start("a", Probe::values);
        CompletableFuture<Object> elsewhere = runtime.start("b", self -> "no writes here");

        assertThat(elsewhere.get(30, TimeUnit.SECONDS), is("no writes here"));
        assertThat(read.isDone(), is(false));
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
                runtime.start(
                        "a",
                        self -> {
                            self.insert(1);
                            return self.other("b").run("called", "");
                        });

        disk.awaitSync();

        assertThat(runtime.log.isEmpty(), is(true));
        disk.release();
        call.get(30, TimeUnit.SECONDS);
        assertThat(runtime.log, is(List.of("called")));
    }

    @Test
    void syncWaitsForWhatWasWrittenSoFar() throws Exception {
        runtime.prepare("a");
        disk.hold();
        CompletableFuture<Object> call =
                runtime.start(
                        "a",
                        self -> {
                            self.insert(1);
                            self.ctx().storage().sync();
                            return self.log().add("synced");
                        });

        disk.awaitSync();

        assertThat(runtime.log.isEmpty(), is(true));
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
        CompletableFuture<Object> call = runtime.start("a", self -> "only read");

        disk.awaitSync();

        assertThat(call.isDone(), is(false));
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
            CompletableFuture<Object> first =
                    ProbeRuntime.started(() -> runtime.stub("a").rpc().run("send", "first"));
            disk.awaitSync();
            CompletableFuture<Object> second =
                    ProbeRuntime.started(() -> runtime.stub("a").rpc().run("send", "second"));
            assertThat("nothing has left", socket.hasInput(), is(false));

            disk.releaseOne();

            assertThat(socket.readText(), is("first"));
            first.get(30, TimeUnit.SECONDS);
            assertThat(second.isDone(), is(false));
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

        CompletableFuture<Optional<byte[]>> first = ProbeRuntime.started(chunks::next);
        disk.awaitSync();

        assertThat(first.isDone(), is(false));
        disk.release();
        assertThat(new String(first.get(30, TimeUnit.SECONDS).orElseThrow(), UTF_8), is("one "));
        assertThat(
                "other events run in between",
                runtime.in("a", (self, x) -> self.values()),
                is(List.of("one ")));
        assertThat(new String(chunks.next().orElseThrow(), UTF_8), is("two"));
        assertThat(chunks.next().isPresent(), is(false));
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
        disk.fail("no space left on device");
        CompletableFuture<Object> call = runtime.start("a", OutputGateSpec::write);

        Throwable thrown = failureOf(call);

        assertThat(thrown.getMessage(), containsString("no space left on device"));
        assertThat(((DurableObjectException) thrown).durableObjectReset(), is(true));
        assertThrows(RuntimeException.class, () -> runtime.in("a", (self, x) -> self.values()));
    }

    @Test
    void aHungCommitReplacesTheResultAfterItsTime() throws Exception {
        runtime.prepare("a");
        disk.hold();
        CompletableFuture<Object> call = runtime.start("a", OutputGateSpec::write);

        Throwable thrown = failureOf(call);

        assertThat(
                thrown.getMessage(),
                startsWith("Durable Object storage operation exceeded timeout"));
        assertThat(((DurableObjectException) thrown).overloaded(), is(true));
    }

    private static Object write(Probe self) {
        self.insert(1);
        return "written";
    }

    private WebServer serve() {
        return runtime.serve((request, env) -> runtime.stub("a").fetch(request));
    }
}
