package dev.durableobjects.spec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.Env;
import dev.durableobjects.ShutdownReason;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.runtime.TestRuntime;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a runtime lets finish while it closes, what it refuses, and what objects do before they go.
@Timeout(60)
class ShutdownSpec {

    @TempDir private Path directory;
    private final ManualTime time = new ManualTime();
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private ProbeRuntime runtime;
    private WebServer server;

    @BeforeEach
    void start() {
        runtime = new ProbeRuntime(directory, builder -> TestRuntime.withWaiting(builder, time));
        runtime.script(
                "write",
                (self, path) -> {
                    self.createTable();
                    self.insert(path);
                    return "written";
                });
        WebServerConfig.Builder builder = WebServer.builder().port(0).host("127.0.0.1");
        runtime.objects().mount(builder, this::answer);
        server = builder.build().start();
    }

    @AfterEach
    void stop() {
        release.countDown();
        time.flow();
        runtime.close();
        server.stop();
    }

    private Response answer(Request request, Env env) throws Exception {
        if (request.path().equals("/slow")) {
            inside.countDown();
            release.await();
        }
        if (request.path().equals("/stream")) {
            return env.namespace(Probe.PROBE).getByName("a").fetch(request);
        }
        if (request.path().equals("/no-object")) {
            return Response.text(200, "");
        }
        if (request.path().equals("/endless")) {
            return Response.of(200).withChunks(this::heldBack);
        }
        Object result =
                env.namespace(Probe.PROBE).getByName("a").rpc().run("write", request.path());
        return Response.text(200, String.valueOf(result));
    }

    @Test
    void aRequestUnderWayReachesItsObjectAndLaterOnesAreRefused() throws Exception {
        CompletableFuture<RawHttp.Answer> slow = ProbeRuntime.started(() -> get("/slow"));
        inside.await();
        CompletableFuture<Boolean> closed = closing();

        release.countDown();

        assertThat(slow.get(30, TimeUnit.SECONDS).body(), is("written"));
        closed.get(30, TimeUnit.SECONDS);
        assertThat(get("/").status(), is(503));
        assertThrows(DurableObjectException.class, () -> runtime.stub("a").rpc().run("write", ""));
        assertThat(valuesAfterARestart("a"), hasItem("/slow"));
    }

    @Test
    void anAnswerThatIsBeingSentIsSentToItsEnd() throws Exception {
        Iterator<String> texts = List.of("one ", "two").iterator();
        runtime.script(
                "stream",
                (self, x) ->
                        Response.of(200)
                                .withChunks(() -> {
                                    heldBack();
                                    return texts.hasNext()
                                            ? Optional.of(texts.next().getBytes(UTF_8))
                                            : Optional.empty();
                                }));
        CompletableFuture<RawHttp.Answer> stream = ProbeRuntime.started(() -> get("/stream"));
        inside.await();
        CompletableFuture<Boolean> closed = closing();

        release.countDown();

        assertThat(stream.get(30, TimeUnit.SECONDS).body(), is("one two"));
        closed.get(30, TimeUnit.SECONDS);
    }

    @Test
    void anAnswerThatDoesNotEndLeavesObjectsTheTimeForTheirPreShutdown() throws Exception {
        runtime.prepare("a");
        runtime.script(
                "preShutdown",
                (self, reason) -> {
                    self.insert(reason);
                    return "";
                });
        CompletableFuture<RawHttp.Answer> endless = ProbeRuntime.started(() -> get("/endless"));
        inside.await();
        CompletableFuture<Boolean> closed = closing();

        time.pass(Duration.ofSeconds(6));

        closed.get(30, TimeUnit.SECONDS);
        assertThat(endless.isDone(), is(false));
        assertThat(valuesAfterARestart("a"), hasItem("SERVER_SHUTDOWN"));
    }

    @Test
    void aSecondCloseWaitsForTheFirst() throws Exception {
        CompletableFuture<RawHttp.Answer> slow = ProbeRuntime.started(() -> get("/slow"));
        inside.await();
        CompletableFuture<Boolean> first = closing();

        Thread second = Thread.ofVirtual().start(runtime::close);
        while (second.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        release.countDown();

        first.get(30, TimeUnit.SECONDS);
        second.join();
        assertThat(slow.get(30, TimeUnit.SECONDS).status(), is(200));
    }

    @Test
    void preShutdownRunsWhenTheRuntimeClosesAndItsWritesAreThereAfterwards() throws Exception {
        runtime.prepare("a");
        runtime.prepare("b");
        runtime.script(
                "preShutdown",
                (self, reason) -> {
                    self.insert(reason);
                    return "";
                });

        runtime.close();

        assertThat(
                runtime.shutdowns,
                contains(ShutdownReason.SERVER_SHUTDOWN, ShutdownReason.SERVER_SHUTDOWN));
        assertThat(valuesAfterARestart("a"), is(List.of("SERVER_SHUTDOWN")));
        assertThat(valuesAfterARestart("b"), is(List.of("SERVER_SHUTDOWN")));
    }

    @Test
    void anEventUnderWayFinishesBeforeTheRuntimeCloses() throws Exception {
        runtime.prepare("a");
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
        CompletableFuture<Boolean> closed = closing();

        release.countDown();

        assertThat(event.get(30, TimeUnit.SECONDS), is("finished"));
        closed.get(30, TimeUnit.SECONDS);
        assertThat(valuesAfterARestart("a"), hasItem("finished"));
    }

    /// Closes the runtime, and returns when it refuses requests.
    private CompletableFuture<Boolean> closing() throws Exception {
        CompletableFuture<Boolean> closed =
                ProbeRuntime.started(() -> {
                    runtime.close();
                    return true;
                });
        while (get("/no-object").status() != 503) { // It waits for no object that is held.
            Thread.onSpinWait();
        }
        return closed;
    }

    private Optional<byte[]> heldBack() throws InterruptedException {
        inside.countDown();
        release.await();
        return Optional.empty();
    }

    private RawHttp.Answer get(String path) throws Exception {
        try (RawHttp http = new RawHttp(server.port())) {
            return http.send("GET", path, "");
        }
    }

    private List<Object> valuesAfterARestart(String object) throws Exception {
        try (ProbeRuntime again = new ProbeRuntime(directory)) {
            return again.values(object);
        }
    }
}
