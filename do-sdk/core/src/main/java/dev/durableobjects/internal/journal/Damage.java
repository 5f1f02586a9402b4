package dev.durableobjects.internal.journal;

import java.nio.file.Path;

/// Something in a data directory that is not as it was written. Immutable.
///
/// @param path in the data directory, with slashes
/// @param message what was expected, and what is there
public record Damage(Kind kind, String path, String message) {

    /// What is wrong.
    public enum Kind {
        /// A file does not hold what was written.
        DAMAGED,
        /// A file is not there.
        MISSING,
        /// A file or directory that nothing here has made.
        FOREIGN
    }

    static Damage of(Kind kind, Path root, Path file, String message) {
        return new Damage(kind, root.relativize(file).toString().replace('\\', '/'), message);
    }
}
