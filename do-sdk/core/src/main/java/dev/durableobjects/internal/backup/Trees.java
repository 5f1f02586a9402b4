package dev.durableobjects.internal.backup;

import dev.durableobjects.internal.journal.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Directories with all that is in them. Stateless.
final class Trees {

    private Trees() {}

    /// Makes a directory and those above it, and makes their names durable.
    static void makeDurably(Disk disk, @Nullable Path directory) throws IOException {
        if (directory == null || Files.isDirectory(directory)) {
            return;
        }
        makeDurably(disk, directory.getParent());
        Files.createDirectory(directory);
        disk.forceNames(directory.getParent());
    }

    /// Makes the names of all files in a directory durable.
    static void forceNames(Disk disk, Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path one : all.filter(Files::isDirectory).toList()) {
                disk.forceNames(one);
            }
        }
    }

    /// Returns the files in a directory and in those below it.
    static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(file -> !Files.isDirectory(file)).toList();
        }
    }

    /// Deletes what is in a directory.
    static void empty(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!one.equals(directory)) {
                    Files.delete(one);
                }
            }
        }
    }
}
