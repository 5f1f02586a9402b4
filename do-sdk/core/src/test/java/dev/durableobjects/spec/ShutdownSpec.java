package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.Env;
import dev.durableobjects.ShutdownReason;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
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

/// What a runtime lets finish while it closes, what it refuses, and what objects do before they go.
@Timeout(60)
class ShutdownSpec {

    @TempDir private Path directory;
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private ProbeRuntime runtime;
    private WebServer server;

    @BeforeEach
    void start() {
        runtime = new ProbeRuntime(directory);
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
        runtime.close();
        server.stop();
    }

    private Response answer(Request request, Env env) throws Exception {
        if (request.path().equals("/slow")) {
            inside.countDown();
            release.await();
        }
        Object result =
                env.namespace(Probe.PROBE).getByName("a").rpc().run("write", request.path());
        return Response.text(200, String.valueOf(result));
    }

    @Test
    void aRequestUnderWayReachesItsObjectAndLaterOnesAreRefused() throws Exception {
        CompletableFuture<RawHttp.Answer> slow = ProbeRuntime.started(() -> get("/slow"));
        inside.await();
        CompletableFuture<Boolean> closed =
                ProbeRuntime.started(() -> {
                    runtime.close();
                    return true;
                });
        while (get("/").status() != 503) {
            Thread.onSpinWait();
        }

        release.countDown();

        assertThat(slow.get(30, TimeUnit.SECONDS).body(), is("written"));
        assertThat(closed.get(30, TimeUnit.SECONDS), is(true));
        assertThat(get("/").status(), is(503));
        assertThrows(DurableObjectException.class, () -> runtime.stub("a").rpc().run("write", ""));
        assertThat(valuesAfterARestart("a").contains("/slow"), is(true));
    }

    @Test
    void aSecondCloseWaitsForTheFirst() throws Exception {
        CompletableFuture<RawHttp.Answer> slow = ProbeRuntime.started(() -> get("/slow"));
        inside.await();
        Thread first = Thread.ofVirtual().start(runtime::close);
        while (get("/").status() != 503) {
            Thread.onSpinWait();
        }

        Thread second = Thread.ofVirtual().start(runtime::close);
        while (second.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        release.countDown();

        first.join();
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
        Thread closing = Thread.ofVirtual().start(runtime::close);
        while (get("/").status() != 503) {
            Thread.onSpinWait();
        }

        release.countDown();

        assertThat(event.get(30, TimeUnit.SECONDS), is("finished"));
        closing.join();
        assertThat(valuesAfterARestart("a").contains("finished"), is(true));
    }

    private RawHttp.Answer get(String path) throws Exception {
        try (RawHttp http = new RawHttp(server.port())) {
            return http.send("GET", path, "");
        }
    }

    private List<?> valuesAfterARestart(String object) throws Exception {
        try (ProbeRuntime again = new ProbeRuntime(directory)) {
            return (List<?>) again.in(object, (self, x) -> self.values());
        }
    }
}
