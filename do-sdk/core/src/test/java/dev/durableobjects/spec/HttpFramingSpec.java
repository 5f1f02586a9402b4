package dev.durableobjects.spec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.http.ChunkSource;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.edge.HttpEdge;
import dev.durableobjects.runtime.DurableObjects;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where a request ends and the next one begins, byte for byte, with clients that misbehave.
@Timeout(60)
class HttpFramingSpec {

    private static final int BODY_BYTES = 100;
    private static final int REFUSED_BODY_BYTES = 1_000;
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @TempDir private Path directory;
    private final List<String> seen = Probe.seen();
    private DurableObjects objects;
    private WebServer server;

    @BeforeEach
    void start() {
        objects =
                DurableObjects.builder()
                        .directory(directory)
                        .limit(Limit.BODY_BYTES, BODY_BYTES)
                        .limit(Limit.REFUSED_BODY_BYTES, REFUSED_BODY_BYTES)
                        .build();
        WebServerConfig.Builder builder = WebServer.builder().port(0).host("127.0.0.1");
        objects.mount(builder, this::answer, mount -> mount.staticContent("site"));
        server = builder.build().start();
    }

    @AfterEach
    void stop() {
        objects.close();
        server.stop();
    }

    private Response answer(Request request, Env env) {
        seen.add("%s %s %s".formatted(request.method(), request.path(), request.text()).strip());
        return switch (request.path()) {
            case "/stream" -> Response.of(200).withChunks(chunks("one ", "two"));
            case "/endless" -> Response.of(200).withChunks(() -> Optional.of(new byte[1 << 16]));
            case "/broken" -> Response.of(200).withChunks(HttpFramingSpec::fail);
            case "/nothing" -> Response.of(204);
            case "/unmodified" -> Response.of(304);
            case "/last" -> Response.text(200, "the last").withHeader("connection", "close");
            default -> Response.text(200, "hello");
        };
    }

    private static Optional<byte[]> fail() {
        throw new IllegalStateException("no more chunks");
    }

    private static ChunkSource chunks(String... texts) {
        Iterator<String> left = List.of(texts).iterator();
        return () -> left.hasNext() ? Optional.of(left.next().getBytes(UTF_8)) : Optional.empty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/sub/app.js", "/hello"})
    void anAnswerToHeadHasTheLengthOfTheGetAndNoBody(String path) throws IOException {
        try (RawHttp http = new RawHttp(server.port())) {
            RawHttp.Answer head = http.send("HEAD", path, "");
            RawHttp.Answer get = http.send("GET", path, "");

            assertThat(head.status(), is(200));
            assertThat(get.status(), is(200));
            assertThat(head.header("content-length"), is(get.header("content-length")));
            assertThat(get.header("content-length"), is(String.valueOf(length(get.body()))));
        }
    }

    @Test
    void anAnswerToHeadHasNoStreamedBody() throws IOException {
        try (RawHttp http = new RawHttp(server.port())) {
            assertThat(http.send("HEAD", "/stream", "").status(), is(200));
            assertThat(http.send("GET", "/stream", "").body(), is("one two"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/unmodified"})
    void anAnswerThatHasNoBodySaysSoAndTheConnectionGoesOn(String path) throws IOException {
        try (RawHttp http = new RawHttp(server.port())) {
            http.sendHead("GET", path);
            assertThat(http.read(true).header("content-length"), is("0"));
            assertThat(http.send("GET", "/next", "").body(), is("hello"));
        }
    }

    @Test
    void aClientThatLeavesAStreamIsNothingToWarnOf() throws Exception {
        try (LogOf log = new LogOf(HttpEdge.class)) {
            try (RawHttp http = new RawHttp(server.port())) {
                http.sendHead("GET", "/endless");
                http.read(true);
            }
            LogRecord left = log.next();
            assertThat(left.getMessage(), containsString("a client left"));
            assertThat(left.getLevel(), is(Level.FINE));

            try (RawHttp http = new RawHttp(server.port())) {
                http.sendHead("GET", "/broken");
                LogRecord failed = log.next();
                assertThat(failed.getMessage(), is("a streamed body failed"));
                assertThat(failed.getLevel(), is(Level.WARNING));
            }
        }
    }

    @Test
    void theRestOfABodyThatIsTooBigIsReadAndTheConnectionGoesOn() throws IOException {
        String body = "x".repeat(BODY_BYTES + 1) + SMUGGLED;
        try (RawHttp http = new RawHttp(server.port())) {
            RawHttp.Answer refused = http.send("POST", "/big", body);
            RawHttp.Answer chunked = http.sendChunked("/big", body);
            RawHttp.Answer next = http.send("GET", "/next", "");

            assertThat(refused.status(), is(413));
            assertThat(chunked.status(), is(413));
            assertThat(next.body(), is("hello"));
        }
        assertThat(seen, contains("GET /next"));
    }

    @Test
    void aBodyThatIsMuchTooBigEndsTheConnection() throws IOException {
        String some = "x".repeat(BODY_BYTES + 1 + REFUSED_BODY_BYTES);
        try (RawHttp http = new RawHttp(server.port())) {
            http.sendHead("POST", "/big", "Content-Length: 5000");
            http.sendRaw(some);
            RawHttp.Answer refused = http.read(false);

            assertThat(refused.status(), is(413));
            assertThat(refused.header("connection"), is("close"));
            assertThat(refused.head().split("close", -1).length - 1, is(1));
            http.assertAtEndAfter(SMUGGLED);
        }
        assertThat(seen, is(empty()));
    }

    @Test
    void aChunkedBodyThatIsMuchTooBigEndsTheConnection() throws IOException {
        int length = BODY_BYTES + 1 + REFUSED_BODY_BYTES;
        try (RawHttp http = new RawHttp(server.port())) {
            http.sendHead("POST", "/big", "Transfer-Encoding: chunked");
            http.sendRaw("%x\r\n%s\r\n".formatted(length, "x".repeat(length)));
            RawHttp.Answer refused = http.read(false);

            assertThat(refused.status(), is(413));
            assertThat(refused.header("connection"), is("close"));
            http.assertAtEndAfter(SMUGGLED);
        }
        assertThat(seen, is(empty()));
    }

    @Test
    void aBodyThatIsAnnouncedAsTooBigIsNotAskedFor() throws IOException {
        try (RawHttp http = new RawHttp(server.port())) {
            http.sendHead("POST", "/big", "Content-Length: 101", "Expect: 100-continue");
            RawHttp.Answer refused = http.read(false);

            assertThat(refused.status(), is(413));
            assertThat(refused.header("connection"), is("close"));
            http.assertAtEndAfter(SMUGGLED);
        }
        assertThat(seen, is(empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zz\r\nhello\r\n0\r\n\r\n",
                "-5\r\nhello\r\n0\r\n\r\n",
                "\r\n",
                "5 hello\r\n0\r\n\r\n",
                "fffffffff\r\nhello\r\n0\r\n\r\n",
                "5\r\nhello\r\n0\r\nnot the end\r\n\r\n"
            })
    void aMalformedChunkedBodyIs400AndEndsTheConnection(String body) throws IOException {
        try (RawHttp http = new RawHttp(server.port())) {
            http.sendHead("POST", "/chunked", "Transfer-Encoding: chunked");
            http.sendRaw(body);

            assertThat(http.read(false).status(), is(400));
            http.assertAtEndAfter(SMUGGLED);
        }
        assertThat(seen, is(empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: -1",
                "Content-Length: +5",
                "Content-Length: five",
                "Content-Length: 5, 5",
                "Content-Length: 99999999999999999999",
                "Content-Length: 5\r\nContent-Length: 6",
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: Chunked",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            })
    void aLengthThatIsNoneIs400AndEndsTheConnection(String length) throws IOException {
        refusesForItsLength("POST", "/x", length);
        refusesForItsLength("GET", "/x", length);
        refusesForItsLength("GET", "/", length);
        assertThat(seen, is(empty()));
    }

    private void refusesForItsLength(String method, String path, String length) throws IOException {
        try (RawHttp http = new RawHttp(server.port())) {
            http.sendHead(method, path, length);

            assertThat(method + path, http.read(false).status(), is(400));
            http.assertAtEndAfter(SMUGGLED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "Close", "keep-alive, close"})
    void aRequestMayEndItsConnection(String connection) throws IOException {
        for (String path : new String[] {"/hello", "/"}) {
            try (RawHttp http = new RawHttp(server.port())) {
                RawHttp.Answer answer = http.send("GET", path, "", "Connection: " + connection);

                assertThat(answer.status(), is(200));
                assertThat(answer.header("connection"), is("close"));
                http.assertAtEndAfter(SMUGGLED);
            }
        }
        assertThat(seen, contains("GET /hello"));
    }

    @Test
    void aStreamedBodyHasItsEndAlsoWhenTheConnectionEnds() throws IOException {
        try (RawHttp http = new RawHttp(server.port())) {
            RawHttp.Answer answer = http.send("GET", "/stream", "", "Connection: close");

            assertThat(answer.body(), is("one two"));
            assertThat(answer.header("connection"), is("close"));
            http.assertAtEnd();
        }
    }

    @Test
    void aTargetMayNameTheServerToo() throws IOException {
        try (RawHttp http = new RawHttp(server.port())) {
            RawHttp.Answer seats = http.send("GET", "http://localhost:8787/seats/a?x=1", "");
            RawHttp.Answer asset = http.send("GET", "http://localhost/sub/app.js", "");

            assertThat(seats.body(), is("hello"));
            assertThat(asset.header("content-type"), containsString("javascript"));
        }
        assertThat(seen, contains("GET /seats/a"));
    }

    @Test
    void anAnswerOfTheWorkerMayEndTheConnection() throws IOException {
        try (RawHttp http = new RawHttp(server.port())) {
            RawHttp.Answer first = http.send("POST", "/first", "body");
            RawHttp.Answer last = http.send("GET", "/last", "");

            assertThat(first.head(), not(containsString("close")));
            assertThat(last.body(), is("the last"));
            assertThat(last.header("connection"), is("close"));
            http.assertAtEndAfter(SMUGGLED);
        }
        assertThat(seen, contains("POST /first body", "GET /last"));
    }

    private static int length(String body) {
        return body.getBytes(UTF_8).length;
    }
}
