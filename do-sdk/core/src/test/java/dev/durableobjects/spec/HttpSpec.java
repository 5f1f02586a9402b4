package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.Worker;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.runtime.DurableObjects;
import dev.durableobjects.runtime.MountConfig;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webclient.http1.Http1Client;
import io.helidon.webclient.http1.Http1ClientResponse;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.testing.junit5.ServerTest;
import io.helidon.webserver.testing.junit5.SetUpServer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// A mounted Worker, seen by an HTTP client.
@ServerTest
class HttpSpec {

    private static DurableObjects objects;

    private final Http1Client client;

    HttpSpec(Http1Client client) {
        this.client = client;
    }

    @SetUpServer
    static void mount(WebServerConfig.Builder server) throws IOException {
        objects =
                DurableObjects.builder()
                        .directory(Files.createTempDirectory("http-spec"))
                        .limit(Limit.BODY_BYTES, 100)
                        .namespace(Room.ROOM, Room::new)
                        .build();
        objects.mount(
                server,
                new EchoWorker(),
                mount -> mount.staticContent("site").javaScriptClient("/sub/do"));
    }

    @AfterAll
    static void close() {
        objects.close();
    }

    /// Answers with what it was asked.
    private static final class EchoWorker implements Worker {

        @Override
        public Response fetch(Request request, Env env) throws Exception {
            return switch (request.path()) {
                case "/secret" -> throw new IllegalStateException("the secret is 42");
                case "/error" -> throw new StackOverflowError("the secret is 43");
                case "/null" -> null;
                case "/overloaded" ->
                        throw new DurableObjectException(
                                DurableObjectException.Kind.OVERLOADED, null, "too much", null);
                case "/empty" -> Response.of(204).withHeader("x-answer", "yes");
                default ->
                        Response.text(
                                200,
                                "%s %s q=%s x=%s %s"
                                        .formatted(
                                                request.method(),
                                                request.path(),
                                                request.query("q").orElse("-"),
                                                request.headers().get("X-Ask").orElse("-"),
                                                request.text()));
            };
        }
    }

    @Test
    void aRequestReachesTheWorkerWithAllItsParts() {
        try (Http1ClientResponse response =
                client.post("/a b/c")
                        .queryParam("q", "x y")
                        .header(HeaderNames.create("X-Ask"), "why")
                        .submit("body")) {
            assertThat(response.status(), is(Status.OK_200));
            assertThat(response.as(String.class), is("POST /a b/c q=x y x=why body"));
        }
    }

    @Test
    void statusAndHeadersOfAResponseArriveWithoutABody() {
        try (Http1ClientResponse response = client.get("/empty").request()) {
            assertThat(response.status(), is(Status.NO_CONTENT_204));
            assertThat(response.headers().get(HeaderNames.create("x-answer")).get(), is("yes"));
        }
    }

    @Test
    void aFailureTellsTheClientNothingButAnId() {
        try (Http1ClientResponse response = client.get("/secret").request()) {
            String body = response.as(String.class);

            assertThat(response.status(), is(Status.INTERNAL_SERVER_ERROR_500));
            assertThat(body, body.matches("Internal error. Id: [0-9a-f]{16}"), is(true));
            assertThat(body, not(containsString("secret")));
        }
    }

    @Test
    void anErrorAndAMissingResponseFailInTheSameWay() {
        for (String path : new String[] {"/error", "/null"}) {
            try (Http1ClientResponse response = client.get(path).request()) {
                String body = response.as(String.class);

                assertThat(path, response.status(), is(Status.INTERNAL_SERVER_ERROR_500));
                assertThat(
                        path + ": " + body,
                        body.matches("Internal error. Id: [0-9a-f]{16}"),
                        is(true));
            }
        }
    }

    @Test
    void overloadIs503AndSaysWhenToComeBack() {
        try (Http1ClientResponse response = client.get("/overloaded").request()) {
            assertThat(response.status(), is(Status.SERVICE_UNAVAILABLE_503));
            assertThat(response.headers().get(HeaderNames.RETRY_AFTER).get(), is("1"));
        }
    }

    @Test
    void aBodyBeyondTheBoundIs413() {
        assertThat(statusOfPost("x".repeat(100)), is(200));
        assertThat(statusOfPost("x".repeat(101)), is(413));
        assertThat(statusOfPost("x".repeat(1_000_000)), is(413));
    }

    @Test
    void staticContentComesBeforeTheWorker() {
        try (Http1ClientResponse home = client.get("/").request();
                Http1ClientResponse script = client.get("/sub/app.js").request()) {
            assertThat(home.as(String.class), containsString("<title>Home</title>"));
            assertThat(
                    home.headers().get(HeaderNames.create("content-security-policy")).get(),
                    containsString("default-src 'self'"));
            assertThat(
                    script.headers().get(HeaderNames.CONTENT_TYPE).get(),
                    containsString("javascript; charset=utf-8"));
        }
    }

    @Test
    void anUnchangedFileIsNotSentAgain() {
        String tag;
        try (Http1ClientResponse home = client.get("/").request()) {
            tag = home.headers().get(HeaderNames.ETAG).get();
        }

        try (Http1ClientResponse again =
                client.get("/").header(HeaderNames.IF_NONE_MATCH, tag).request()) {
            assertThat(again.status(), is(Status.NOT_MODIFIED_304));
        }
    }

    @Test
    void theJavaScriptClientIsServedFromTheFolderOfItsMount() {
        for (String path :
                new String[] {"/sub/do/socket.js", "/sub/do/connection.js", "/sub/do/options.js"}) {
            String tag;
            try (Http1ClientResponse module = client.get(path).request()) {
                assertThat(module.as(String.class), containsString("export "));
                assertThat(
                        module.headers().get(HeaderNames.CONTENT_TYPE).get(),
                        containsString("javascript; charset=utf-8"));
                tag = module.headers().get(HeaderNames.ETAG).get();
            }
            try (Http1ClientResponse again =
                    client.get(path).header(HeaderNames.IF_NONE_MATCH, tag).request()) {
                assertThat(again.status(), is(Status.NOT_MODIFIED_304));
            }
        }
        try (Http1ClientResponse elsewhere = client.get("/durable-objects/socket.js").request()) {
            assertThat(elsewhere.as(String.class), containsString("GET /durable-objects"));
        }
    }

    @Test
    void aFolderForTheJavaScriptClientThatIsNoneOrInUseIsRefused() {
        for (String folder : "|/|scripts|/scripts/|/a b|/a?b|/..|/a/../b".split("\\|", -1)) {
            assertThat(refusal(mount -> mount.javaScriptClient(folder)), containsString(folder));
        }
        assertThat(
                refusal(mount -> mount.staticContent("taken").javaScriptClient("/scripts")),
                is("two files of static content have the path '/scripts/socket.js'"));
    }

    @Test
    void aFolderOfTheClassPathThatIsNoneIsRefused() {
        for (String folder : "|/|/site|site/|../site|site/..|.".split("\\|", -1)) {
            assertThat(
                    refusal(mount -> mount.staticContent(folder)),
                    containsString("without a slash in front or at the end, was '" + folder + "'"));
        }
        assertThat(
                refusal(mount -> mount.staticContent("missing")),
                is("the class path has no folder 'missing' with static content"));
    }

    private static String refusal(Consumer<MountConfig> settings) {
        WebServerConfig.Builder server = WebServerConfig.builder();
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> objects.mount(server, new EchoWorker(), settings))
                .getMessage();
    }

    @Test
    void noPathLeadsOutOfTheStaticContent() {
        for (String path : new String[] {"/../HttpSpec.class", "/sub/%2e%2e/%2e%2e/site", "/sub"}) {
            try (Http1ClientResponse response = client.get(path).request()) {
                assertThat(path, response.as(String.class), startsWith("GET "));
            }
        }
    }

    @Test
    void aForeignPageMayReadButNotChange() {
        assertThat(statusFrom("GET", "http://evil.example", "cross-site"), is(200));
        assertThat(statusFrom("POST", "http://evil.example", "cross-site"), is(403));
        assertThat(statusFrom("POST", "null", "cross-site"), is(403));
        assertThat(statusFrom("POST", null, "cross-site"), is(403));
        assertThat(statusFrom("POST", null, null), is(200));
        assertThat(statusFrom("POST", ownOrigin(), "same-origin"), is(200));
        assertThat(statusFrom("DELETE", "http://evil.example", null), is(403));
    }

    @Test
    void oneOriginDoesNotHideAnother() {
        var request = client.post("/x");
        request.header(HeaderNames.ORIGIN, ownOrigin(), "http://evil.example");

        try (Http1ClientResponse response = request.request()) {
            assertThat(response.status().code(), is(403));
        }
    }

    private String ownOrigin() {
        return client.prototype().baseUri().orElseThrow().toUri().toString().replaceAll("/$", "");
    }

    private int statusOfPost(String body) {
        try (Http1ClientResponse response = client.post("/x").submit(body)) {
            return response.status().code();
        }
    }

    private int statusFrom(String method, String origin, String site) {
        var request = client.method(io.helidon.http.Method.create(method)).path("/x");
        if (origin != null) {
            request.header(HeaderNames.ORIGIN, origin);
        }
        if (site != null) {
            request.header(HeaderNames.create("Sec-Fetch-Site"), site);
        }
        try (Http1ClientResponse response = request.request()) {
            return response.status().code();
        }
    }
}
