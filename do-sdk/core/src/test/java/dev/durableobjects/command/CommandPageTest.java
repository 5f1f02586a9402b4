package dev.durableobjects.command;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.Binding;
import dev.durableobjects.Repository;
import dev.durableobjects.runtime.DurableObjects;
import dev.durableobjects.runtime.DurableObjectsBuilder;
import dev.durableobjects.runtime.TestRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the lines of the command's page that begin with `$`, beside a node, and compares what they
/// print with what stands there. Bookmarks are others each time.
class CommandPageTest {

    private static final Path PAGE = Path.of("docs/operations/command.md");
    private static final Pattern BLOCK =
            Pattern.compile(
                    "^```text\\n(\\$ durable .*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern COMMAND =
            Pattern.compile("^\\$ durable (.*)\\n((?:[^$].*\\n|\\n)*)", Pattern.MULTILINE);
    private static final Pattern BOOKMARK =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}");

    /// How much it was depends on how files are filled.
    private static final Pattern SIZE =
            Pattern.compile("\\d+ files[^,:]*|\\d+ bytes|[\\d.]+ [KM]iB");

    private static final Binding<Note> FLIGHT = Binding.of("FLIGHT", Note.class);

    @TempDir private Path root;

    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-03-02T09:30:00Z"));
    private final Map<String, String> bookmarks = new HashMap<>();
    private DurableObjects node;

    @BeforeEach
    void serve() {
        DurableObjectsBuilder builder =
                DurableObjects.builder()
                        .directory(root.resolve("data"))
                        .namespace(FLIGHT, Note.InTable::new);
        node = TestRuntime.withClock(builder, now::get).build();
        for (String flight : List.of("BA-12", "LH-400", "LH-401", "LH-402")) {
            flight(flight).write("seat 1A");
        }
        now.set(Instant.parse("2026-03-02T09:42:00Z"));
        flight("LH-400").write("seat 1B");
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void everyLineDoesWhatThePageSays() throws IOException {
        String page = Repository.read(PAGE);

        String actual =
                BLOCK.matcher(page)
                        .replaceAll(block -> Matcher.quoteReplacement(ran(block.group(1))));

        assertThat(actual, is(page));
    }

    private String ran(String block) {
        String lines = COMMAND.matcher(block).replaceAll(this::ran);
        return "```text\n" + lines + "```";
    }

    private String ran(MatchResult command) {
        String line = command.group(1).replace("/srv/app", root.toString());
        for (Map.Entry<String, String> bookmark : bookmarks.entrySet()) {
            line = line.replace(bookmark.getKey(), bookmark.getValue());
        }
        Shell.Ran ran =
                Shell.run(
                        line.matches("(help|restore|verify).*")
                                ? List.of(line.split(" "))
                                : Stream.concat(
                                                Stream.of(line.split(" ")),
                                                Stream.of("--directory", root + "/data"))
                                        .toList());
        String printed =
                (ran.out() + ran.err())
                        .replace(" --directory " + root + "/data", "")
                        .replace(root.toString(), "/srv/app");
        return Matcher.quoteReplacement(
                "$ durable %s\n%s"
                        .formatted(
                                command.group(1),
                                withSizesOf(
                                        command.group(2),
                                        withBookmarksOf(command.group(2), printed))));
    }

    private static String withSizesOf(String expected, String printed) {
        Matcher shown = SIZE.matcher(expected);
        return SIZE.matcher(printed)
                .replaceAll(found -> shown.find() ? shown.group() : found.group());
    }

    /// Puts the page's bookmark in place of the one that was printed, and remembers which it is.
    private String withBookmarksOf(String expected, String printed) {
        Matcher shown = BOOKMARK.matcher(expected);
        Matcher made = BOOKMARK.matcher(printed);
        if (!shown.find() || !made.find()) {
            return printed;
        }
        bookmarks.put(shown.group(), made.group());
        return made.replaceAll(shown.group());
    }

    private Note flight(String name) {
        return node.env().namespace(FLIGHT).getByName(name).rpc();
    }
}
