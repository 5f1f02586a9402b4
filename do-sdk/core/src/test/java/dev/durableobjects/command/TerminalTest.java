package dev.durableobjects.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.runtime.DurableObjects;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the command takes from a shell, and what it prints for one.
class TerminalTest {

    @TempDir private Path data;

    @BeforeEach
    void fill() {
        try (DurableObjects filled = Note.serve(data)) {
            Note.of(filled, "a").write("first");
        }
    }

    @Test
    void aLineThatIsPrintedCanBePasted() {
        assertThat(Text.typed("/srv/app-1/data"), is("/srv/app-1/data"));
        assertThat(Text.typed("it's $HOME"), is("'it'\\''s $HOME'"));
        assertThat(Text.typed("-x"), is("'-x'"));
    }

    @Test
    void behindTwoDashesNothingIsAnOption() {
        Shell.Ran asked =
                Shell.run(List.of("list", "--directory", data.toString(), "--", "--help"));
        Shell.Ran json = Shell.run(List.of("list", "--directory", data.toString(), "--", "--json"));

        assertThat(asked.err(), startsWith("durable: no namespace is named '--help'"));
        assertThat(json.err(), startsWith("durable: no namespace is named '--json'"));
    }

    @Test
    void whatATerminalWouldActOnIsNotPrinted() {
        Shell.Ran ran = Shell.run(List.of("list", "\u001b[2J", "--directory", data.toString()));

        assertThat(ran.err(), startsWith("durable: no namespace is named '\\u001b[2J'"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"export NOTE a |", "import NOTE a |", "backup |", "list NOTE --directory=|"})
    void anEmptyPathIsNotTheWorkingDirectory(String line) {
        List<String> words = Stream.of(line.split(" ")).map(word -> word.replace("|", "")).toList();

        Shell.Ran ran = Shell.run(words);

        assertThat(ran.exitCode(), is(64));
        assertThat(ran.err(), containsString(" is empty\n"));
    }

    @Test
    void aResultThatCannotBeWrittenIsAFailure() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream full =
                new PrintStream(
                        new OutputStream() {
                            @Override
                            public void write(int b) throws IOException {
                                throw new IOException("No space left on device");
                            }
                        });
        Streams streams =
                new Streams(
                        new BufferedReader(new StringReader("")),
                        full,
                        new PrintStream(err, true, UTF_8),
                        false);

        int exitCode =
                new Main(streams, new Times(ZoneOffset.UTC))
                        .run(List.of("namespaces", "--directory", data.toString()));

        assertThat(exitCode, is(1));
        assertThat(err.toString(UTF_8), startsWith("durable: the result could not be written"));
    }

    @Test
    void theAdministratorMakesNoFilesForAnotherUser() throws IOException {
        Path format = data.resolve("format");
        if (Files.getOwner(format).getName().equals("root")) {
            Files.setOwner(
                    format,
                    data.getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByName("nobody"));
        }
        String owner = Files.getOwner(format).getName();

        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> DataOwner.check(data, "root"));

        assertThat(
                refused.getMessage(), containsString("run the command as %s, as".formatted(owner)));
        DataOwner.check(data, owner);
        DataOwner.check(data.resolve("none"), "root");
    }
}
