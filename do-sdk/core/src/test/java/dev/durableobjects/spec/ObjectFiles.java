package dev.durableobjects.spec;

import dev.durableobjects.DurableObjectId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Where the files of objects are in a data directory.
final class ObjectFiles {

    private ObjectFiles() {}

    /// Returns the database of a probe.
    static Path ofProbe(Path directory, DurableObjectId id) {
        String hex = id.toString();
        return directory
                .resolve("objects")
                .resolve("probe")
                .resolve(hex.substring(0, 2))
                .resolve(hex + ".sqlite");
    }

    /// Returns the databases of all objects.
    static List<Path> databases(Path directory) {
        return ending(directory, ".sqlite");
    }

    /// Returns the write-ahead logs of all objects.
    static List<Path> logs(Path directory) {
        return ending(directory, ".sqlite-wal");
    }

    private static List<Path> ending(Path directory, String end) {
        Path objects = directory.resolve("objects");
        if (Files.notExists(objects)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(objects)) {
            return files.filter(file -> file.toString().endsWith(end)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
