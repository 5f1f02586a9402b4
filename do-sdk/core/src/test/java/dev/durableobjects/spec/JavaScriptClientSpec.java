package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.durableobjects.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The JavaScript client in a real browser, against a real server; and its cases, in a world that
/// is moved by hand, in the browser and in Node.
@Timeout(120)
class JavaScriptClientSpec {

    private static final int CASES_MIN = 52;

    /// Short pauses, so that a test does not wait long.
    private static final String QUICK = "firstDelayMillis: 20, stableMillis: 0";

    private static Chromium chromium;

    @TempDir private Path directory;
    private RoomServer server;

    @BeforeAll
    static void open() {
        chromium = Chromium.open();
    }

    @AfterAll
    static void quit() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void start() {
        server = start(0);
        chromium.show(server.port());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RoomServer start(int port) {
        return RoomServer.start(
                directory,
                port,
                settings -> {},
                mount -> mount.staticContent("client").javaScriptClient(),
                room -> {});
    }

    @Test
    void everyCaseHoldsInTheBrowser() {
        List<?> results = (List<?>) Objects.requireNonNull(chromium.script("return runAllCases()"));

        assertCases(results);
    }

    @Test
    void everyCaseHoldsInNode() throws Exception {
        Path node = Path.of("/usr/bin/node");
        if (!Files.isExecutable(node)) {
            Chromium.skip("SKIPPED: the cases of the JavaScript client in Node need " + node);
        }
        Path scripts = Files.createDirectory(directory.resolve("scripts"));
        Files.writeString(scripts.resolve("package.json"), "{\"type\":\"module\"}");
        for (String name : List.of("in-node.mjs", "cases.js", "manual-world.js")) {
            copy("/client/" + name, scripts.resolve(name));
        }
        for (String name : List.of("socket.js", "connection.js", "options.js")) {
            copy("/dev/durableobjects/client/" + name, scripts.resolve(name));
        }

        Process process =
                new ProcessBuilder(
                                node.toString(),
                                scripts.resolve("in-node.mjs").toString(),
                                scripts.resolve("cases.js").toUri().toString(),
                                scripts.resolve("socket.js").toUri().toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(output, process.waitFor(), is(0));
        assertCases(List.of(Json.read(output, Object[].class)));
    }

    @Test
    void aStoppedServerIsMetAgainWhenItIsBackWithWhatWasSentMeanwhile() throws Exception {
        chromium.connect(
                "ws?room=a", "{snapshot: 'state.json', longestDelayMillis: 100, " + QUICK + "}");
        chromium.awaitTold("snapshot {\"seats\":60}", "open");
        int port = server.port();

        server.close();
        chromium.awaitLast("waiting 1006");
        assertThat(chromium.told(), hasItem("waiting 1001"));
        chromium.script("socket.send('are you back')");
        server = start(port);

        chromium.awaitLast("message echo are you back");
        assertThat(chromium.told(), not(hasItem("closed")));
        assertThat(
                "a fresh snapshot, and then open again",
                chromium.told().subList(chromium.told().size() - 3, chromium.told().size() - 1),
                is(List.of("snapshot {\"seats\":60}", "open")));
    }

    @Test
    void theCloseCodeOfTheObjectDecidesWhetherItComesBack() {
        chromium.connect("ws?room=b", "{" + QUICK + "}");
        chromium.awaitTold("open");

        server.room("b").closeAll(1012, "a new version");
        chromium.awaitTold("open", "waiting 1012", "connecting", "open");
        server.room("b").closeAll(1008, "not you");

        chromium.awaitLast("closed 1008");
    }

    @Test
    void aBusyObjectIsLeftAlone() {
        chromium.connect("ws?room=c", "{busyDelayMillis: 1e9, " + QUICK + "}");
        chromium.awaitTold("open");

        server.room("c").closeAll(1013, "too slow");

        chromium.awaitTold("open", "waiting 1013");
        chromium.script("dispatchEvent(new Event('online'))");
        Number retryMillis = (Number) chromium.script("return socket.retryMillis");
        assertThat(retryMillis.doubleValue(), is(greaterThan(1e8)));
    }

    @Test
    void theNetworkThatIsBackEndsThePause() {
        chromium.connect("ws?room=d", "{firstDelayMillis: 1e9, longestDelayMillis: 1e9}");
        chromium.awaitTold("open");
        server.room("d").closeAll(1001, "moving");
        chromium.awaitTold("open", "waiting 1001");

        chromium.script("dispatchEvent(new Event('online'))");

        chromium.awaitLast("open");
    }

    @Test
    void theFirstMessageOfTheObjectMayBeTheSnapshot() {
        chromium.script(
                "import('./durable-objects/socket.js').then(({FIRST_MESSAGE}) =>"
                        + " connect('ws?room=e&greet=1', {snapshot: FIRST_MESSAGE}))");
        chromium.awaitTold("snapshot \"hello\"", "open");

        server.room("e").broadcast("news");

        chromium.awaitLast("message news");
    }

    @Test
    void aPingIsSentAndAnswered() {
        chromium.connect("ws?room=f", "{ping: 'are you there', pong: 'yes', pingMillis: 300}");

        chromium.awaitLast("message echo are you there");
    }

    @Test
    void closingTellsTheObject() {
        chromium.connect("ws?room=g", "{}");
        chromium.awaitTold("open");

        chromium.script("socket.close(4001, 'enough')");

        chromium.awaitTold("open", "closed 4001");
        assertThat(server.awaitEvents("g", 1), is(List.of("close 4001 'enough' clean")));
    }

    private static void assertCases(List<?> results) {
        List<String> failures =
                results.stream()
                        .map(result -> (Map<?, ?>) result)
                        .filter(result -> !"".equals(result.get("failure")))
                        .map(result -> result.get("name") + ": " + result.get("failure"))
                        .toList();

        assertThat(String.join("\n", failures), failures, is(List.of()));
        assertThat(results.size(), is(greaterThan(CASES_MIN - 1)));
    }

    private static void copy(String resource, Path target) throws IOException {
        try (var in = JavaScriptClientSpec.class.getResourceAsStream(resource)) {
            Files.write(target, Objects.requireNonNull(in, resource).readAllBytes());
        }
    }
}
