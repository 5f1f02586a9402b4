package dev.durableobjects.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/// Room for many short-lived data directories. A simulation says itself what a disk keeps, so the
/// files lie in memory where the system offers that: SQLite forces its database files for real,
/// which costs milliseconds each time elsewhere.
final class ScratchDirectory implements AutoCloseable {

    private static final Path MEMORY = Path.of("/dev/shm");

    private final Path root;
    private int count;

    private ScratchDirectory(Path root) {
        this.root = root;
    }

    static ScratchDirectory open() {
        try {
            return new ScratchDirectory(
                    Files.isWritable(MEMORY)
                            ? Files.createTempDirectory(MEMORY, "simulation")
                            : Files.createTempDirectory("simulation"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns an empty directory, and removes the one before.
    Path fresh() {
        delete(root.resolve(String.valueOf(count++)));
        return root.resolve(String.valueOf(count));
    }

    @Override
    public void close() {
        delete(root);
    }

    private static void delete(Path directory) {
        if (Files.notExists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
