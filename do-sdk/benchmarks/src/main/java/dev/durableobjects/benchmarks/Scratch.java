package dev.durableobjects.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/// A directory for the files of one measurement, deleted with everything in it when it is closed.
///
/// It lies where temporary files lie: give `-Djava.io.tmpdir` to measure another disk. Immutable.
public final class Scratch implements AutoCloseable {

    private final Path path;

    /// Makes the directory.
    public Scratch() {
        try {
            path = Files.createTempDirectory("durable-objects-benchmark");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a temporary directory", e);
        }
    }

    /// Returns where it is.
    public Path path() {
        return path;
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + path, e);
        }
    }
}
