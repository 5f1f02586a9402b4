package dev.durableobjects;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/// The files of this repository.
public final class Repository {

    /// Where it begins.
    public static final Path ROOT = root();

    private Repository() {}

    private static Path root() {
        Path up = Path.of("").toAbsolutePath();
        while (Files.notExists(up.resolve("LICENSE"))) {
            up = Objects.requireNonNull(up.getParent(), "no LICENSE above the working directory");
        }
        return up;
    }

    /// Returns a text of it.
    ///
    /// @param file absolute, or as seen from the root
    public static String read(Path file) {
        try {
            return Files.readString(ROOT.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
