package dev.durableobjects.internal.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataDirectoryTest {

    @TempDir private Path directory;

    @Test
    void keepsASecondRuntimeOfTheProcessOutAndStaysLocked() {
        try (DataDirectory first = DataDirectory.open(directory)) {
            IllegalStateException refused =
                    assertThrows(IllegalStateException.class, () -> DataDirectory.open(directory));

            assertThat(refused.getMessage(), containsString("another runtime in this process"));
            assertThat(first.path(), is(directory.toAbsolutePath()));
        }
        DataDirectory.open(directory).close();
    }

    @Test
    void refusesAFormatThatItDoesNotKnow() throws IOException {
        DataDirectory.open(directory).close();
        Files.writeString(directory.resolve("format"), "durable-objects 99\n");

        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> DataDirectory.open(directory));

        assertThat(refused.getMessage(), containsString("has the format 'durable-objects 99'"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n"})
    void takesTheFormatAsAnyEditorWritesIt(String end) throws IOException {
        DataDirectory.open(directory).close();
        Files.writeString(directory.resolve("format"), "durable-objects 2 journal" + end);

        DataDirectory.open(directory).close();
    }

    @Test
    void namesFilesByIdNeverByName() {
        try (DataDirectory open = DataDirectory.open(directory)) {
            DurableObjectId id = DurableObjectId.of(new byte[32], "../../etc/passwd");

            Path file = open.file("flight", id);

            assertThat(
                    directory.toAbsolutePath().relativize(file),
                    is(Path.of("objects", "flight", "00", "0".repeat(64) + ".sqlite")));
        }
    }
}
