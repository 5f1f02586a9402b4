package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.journal.FaultyDisk;
import dev.durableobjects.runtime.MountConfig;
import dev.durableobjects.runtime.TestRuntime;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How a server answers whether it is well.
@Timeout(60)
class HealthSpec {

    @TempDir private Path directory;
    private final FaultyDisk disk = new FaultyDisk();
    private ProbeRuntime runtime;
    private WebServer server;

    @BeforeEach
    void start() {
        runtime = new ProbeRuntime(directory, builder -> TestRuntime.withDisk(builder, disk));
    }

    @AfterEach
    void stop() {
        server.stop();
        runtime.close();
    }

    @Test
    void aHealthyServerAnswers200() throws IOException {
        mount(settings -> settings.health("/health"));

        RawHttp.Answer answer = get("/health");

        assertThat(answer.status(), is(200));
        assertThat(answer.header("content-type"), is("application/json"));
        assertThat(answer.header("cache-control"), is("no-store"));
        assertThat(answer.body(), is("{\"status\":\"HEALTHY\",\"problems\":[]}"));
        assertThat("all else is the Worker's", get("/healthy").body(), is("the Worker"));
    }

    @Test
    void aServerThatCannotCommitAnswers503AndNamesTheReasonOnly() throws IOException {
        mount(settings -> settings.health("/health"));
        disk.failWrites("No space left on device");
        assertThrows(
                DurableObjectException.class,
                () ->
                        runtime.in(
                                "a",
                                (self, argument) -> {
                                    self.createTable();
                                    return "";
                                }));

        RawHttp.Answer answer = get("/health");

        assertThat(answer.status(), is(503));
        assertThat(answer.body(), is("{\"status\":\"FAILED\",\"problems\":[\"JOURNAL_FAILED\"]}"));
    }

    @Test
    void aClosingServerAnswers503() throws IOException {
        mount(settings -> settings.health("/health"));

        runtime.close();

        RawHttp.Answer answer = get("/health");
        assertThat(answer.status(), is(503));
        assertThat(answer.body(), containsString("\"CLOSING\""));
    }

    @Test
    void nothingIsServedUnlessItWasAskedFor() throws IOException {
        mount(settings -> {});

        assertThat(get("/health").body(), is("the Worker"));
    }

    @Test
    void aPathThatCannotBeServedIsRefused() {
        for (String path :
                List.of(
                        "",
                        "/",
                        "health",
                        "/health/",
                        "//health",
                        "/health?full",
                        "/a/../b",
                        "/.",
                        "/{x}",
                        "/a b",
                        "/h%C3%A9")) {
            assertThat(
                    refusal(settings -> settings.health(path)),
                    is(
                            "the path of the health check must have names of letters, digits and"
                                    + " ._~- with a slash in front of each, as in /do or /site/do,"
                                    + " without a query and without '..'; was '%s'"
                                            .formatted(path)));
        }
        mount(settings -> settings.health("/site/v1.0/..health"));
    }

    @Test
    void aPathAtWhichAFileIsServedIsRefused() {
        assertThat(
                refusal(settings -> settings.health("/do/socket.js").javaScriptClient("/do")),
                is(
                        "the health check and a file of the static content or the JavaScript client"
                                + " have the path '/do/socket.js'; give the health check another"));
        mount(settings -> settings.health("/do").javaScriptClient("/do"));
    }

    private String refusal(Consumer<MountConfig> settings) {
        return assertThrows(IllegalArgumentException.class, () -> mount(settings)).getMessage();
    }

    private void mount(Consumer<MountConfig> settings) {
        WebServerConfig.Builder builder = WebServer.builder().port(0).host("127.0.0.1");
        runtime.objects()
                .mount(builder, (request, env) -> Response.text(200, "the Worker"), settings);
        server = builder.build().start();
    }

    private RawHttp.Answer get(String path) throws IOException {
        try (RawHttp http = new RawHttp(server.port())) {
            return http.send("GET", path, "");
        }
    }
}
