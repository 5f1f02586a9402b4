package dev.durableobjects.spec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.http.ChunkSource;
import dev.durableobjects.http.Response;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a client gets that asks for a WebSocket and is answered with something else.
@Timeout(60)
class RefusalSpec {

    private static final String[] HANDSHAKE = {
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13"
    };

    @TempDir private Path directory;
    private final CountDownLatch sourceClosed = new CountDownLatch(1);
    private ProbeRuntime runtime;
    private WebServer server;

    @BeforeEach
    void start() {
        runtime = new ProbeRuntime(directory);
        server = runtime.serve((request, env) -> runtime.stub("a").fetch(request));
    }

    @AfterEach
    void stop() {
        runtime.close();
        server.stop();
    }

    @Test
    void itHasTheBodyOfTheAnswer() throws IOException {
        runtime.script("tea", (self, x) -> Response.text(418, "short and stout"));
        try (RawHttp http = new RawHttp(server.port())) {
            RawHttp.Answer answer = http.send("GET", "/tea", "", HANDSHAKE);

            assertThat(answer.status(), is(418));
            assertThat(answer.body(), is("short and stout"));
            http.assertAtEnd();
        }
    }

    @Test
    void aStreamedBodyArrivesWholeAndItsSourceIsClosed() throws Exception {
        runtime.script("tea", (self, x) -> streamed("short ", "", "and ", "stout"));
        try (RawHttp http = new RawHttp(server.port())) {
            RawHttp.Answer answer = http.send("GET", "/tea", "", HANDSHAKE);

            assertThat(answer.status(), is(418));
            assertThat(answer.body(), is("short and stout"));
            http.assertAtEnd();
        }
        sourceClosed.await();
    }

    @Test
    void aStreamedBodyThatFailsHasNoProperEndAndItsSourceIsClosed() throws Exception {
        runtime.script("tea", (self, x) -> streamed("short ", "and spilled"));
        try (RawHttp http = new RawHttp(server.port())) {
            IOException thrown =
                    assertThrows(IOException.class, () -> http.send("GET", "/tea", "", HANDSHAKE));

            assertThat(thrown.getMessage(), containsString("the connection ended"));
        }
        sourceClosed.await();
    }

    private Response streamed(String... texts) {
        Iterator<String> left = List.of(texts).iterator();
        return Response.of(418).withChunks(new Source(left));
    }

    private final class Source implements ChunkSource {

        private final Iterator<String> texts;

        Source(Iterator<String> texts) {
            this.texts = texts;
        }

        @Override
        public Optional<byte[]> next() throws IOException {
            if (!texts.hasNext()) {
                return Optional.empty();
            }
            String text = texts.next();
            if (text.contains("spilled")) {
                throw new IOException("on purpose");
            }
            return Optional.of(text.getBytes(UTF_8));
        }

        @Override
        public void close() {
            sourceClosed.countDown();
        }
    }
}
