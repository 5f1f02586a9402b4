package dev.durableobjects.command;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import dev.durableobjects.runtime.DurableObjects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the command says of a data directory, or of files, that are not as they should be: what was
/// expected, what is there, and what to do.
class CommandFaultTest {

    @TempDir private Path root;

    private Path data;

    @BeforeEach
    void fill() {
        data = root.resolve("data");
        try (DurableObjects filled = Note.serve(data)) {
            Note.of(filled, "a").write("first");
        }
    }

    @Test
    void aDamagedIndexIsNamed() throws IOException {
        Files.writeString(data.resolve("index.sqlite"), "no database".repeat(1_000));

        String message = failure("list", "NOTE");

        assertThat(message, startsWith("index.sqlite in " + data + " cannot be used: "));
        assertThat(message, containsString("put it back from a backup"));
    }

    @Test
    void whyTheJournalCannotBeUsedIsTold() throws IOException {
        Files.writeString(data.resolve("journal/0000000000000001.journal"), "x".repeat(100));

        assertThat(
                failure("list", "NOTE"),
                startsWith(
                        "cannot use the journal of %s: %s/journal/0000000000000001.journal does not"
                                .formatted(data, data)));
    }

    /// Nobody can open a link to itself, not even the system's administrator.
    @ParameterizedTest
    @ValueSource(strings = {"lock", "format"})
    void aFileThatCannotBeOpenedIsNamed(String name) throws IOException {
        loop(data.resolve(name));

        String message = failure("list", "NOTE");

        assertThat(
                message, startsWith("cannot use the data directory " + data + ": " + data + "/"));
        assertThat(message, containsString("/%s: Too many levels of symbolic".formatted(name)));
    }

    @Test
    void historyThatCannotBeReadIsNotTakenForNone() throws IOException {
        loop(data.resolve("history/begun"));

        assertThat(
                failure("export", "NOTE", "a", root + "/a", "--at", "2026-01-01T00:00:00Z"),
                startsWith(
                        "cannot use the journal of %s: %s/history/begun: Too many levels"
                                .formatted(data, data)));
    }

    @Test
    void whatIsNoFileIsNotImported() {
        assertThat(
                failure("import", "NOTE", "a", root.toString()),
                is("cannot import %s: it is a directory, and no file".formatted(root)));
        assertThat(
                failure("import", "NOTE", "a", root + "/none"),
                is("cannot import %s/none: there is no such file".formatted(root)));
    }

    @Test
    void aDirectoryWithoutDataHintsAtTheOption() {
        Shell.Ran ran = Shell.run(List.of("list", "NOTE", "--directory", root.toString()));

        assertThat(ran.exitCode(), is(1));
        assertThat(ran.err(), containsString("--directory says which one is meant"));
    }

    /// Returns the message of a command that fails, without `durable: `.
    private String failure(String... words) {
        Shell.Ran ran =
                Shell.run(
                        Stream.concat(Stream.of(words), Stream.of("--directory", data.toString()))
                                .toList());
        assertThat(ran.out() + ran.err(), ran.exitCode(), is(1));
        assertThat(ran.err(), startsWith("durable: "));
        return ran.err().strip().substring("durable: ".length());
    }

    private static void loop(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.createSymbolicLink(file, file);
    }
}
