package dev.durableobjects.simulation;

import dev.durableobjects.internal.journal.Journal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Room for many short-lived data directories. A simulation says itself what a disk keeps, so the
/// files lie in memory where the system offers that: SQLite forces its database files for real,
/// which costs milliseconds each time elsewhere.
final class ScratchDirectory implements AutoCloseable {

    private static final Path MEMORY = Path.of("/dev/shm");

    private final Path root;
    private final Path template;
    private int count;

    private ScratchDirectory(Path root) {
        this.root = root;
        this.template = root.resolve("template");
    }

    /// Makes a directory, and in it a data directory without objects, of which each run gets a
    /// copy.
    ///
    /// @param maker makes the data directory
    static ScratchDirectory open(Consumer<Path> maker) {
        try {
            ScratchDirectory made =
                    new ScratchDirectory(
                            Files.isWritable(MEMORY)
                                    ? Files.createTempDirectory(MEMORY, "simulation")
                                    : Files.createTempDirectory("simulation"));
            maker.accept(made.template);
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns a data directory without objects, and removes the run before.
    Path fresh() {
        delete(root.resolve(String.valueOf(count++)));
        Path fresh = root.resolve(String.valueOf(count)).resolve("0");
        try (Stream<Path> files = Files.list(template)) {
            Files.createDirectories(fresh);
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, fresh.resolve(file.getFileName()));
            }
            Journal.prepare(fresh);
            return fresh;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
