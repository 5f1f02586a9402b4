package dev.durableobjects.internal.journal;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreeTest {

    @TempDir private Path directory;

    @Test
    void findsTheFilesOfAllDirectories() throws IOException {
        Path deep = Files.createDirectories(directory.resolve("a/b"));
        Path first = Files.writeString(directory.resolve("first"), "1");
        Path second = Files.writeString(deep.resolve("second"), "22");

        List<Path> found = new ArrayList<>();
        long[] bytes = {0};
        FileTree.forEach(
                directory,
                (file, attributes) -> {
                    found.add(file);
                    bytes[0] += attributes.size();
                });

        assertThat(found, containsInAnyOrder(first, second));
        assertThat(bytes[0], is(3L));
    }

    @Test
    void passesOverWhatGoesMeanwhile() throws IOException {
        List<Path> made = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            made.add(Files.writeString(directory.resolve("file" + i), ""));
        }

        List<Path> found = new ArrayList<>();
        FileTree.forEach(
                directory,
                (file, attributes) -> {
                    found.add(file);
                    made.forEach(other -> assertThat("deleted", other.toFile().delete(), is(true)));
                    made.clear();
                });

        assertThat("the others were gone", found, hasSize(1));
    }

    @Test
    void findsNothingWhereThereIsNoDirectory() throws IOException {
        List<Path> found = new ArrayList<>();
        FileTree.forEach(directory.resolve("none"), (file, attributes) -> found.add(file));

        assertThat(found, hasSize(0));
    }
}
