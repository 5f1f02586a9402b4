package dev.durableobjects.operations;

/// Something in a data directory that is not as it was written. Immutable.
///
/// @param kind what is wrong
/// @param path of the file or directory, in the data directory, with slashes
/// @param message what was expected, and what is there
public record Finding(Kind kind, String path, String message) {

    /// What is wrong.
    public enum Kind {
        /// A file does not hold what was written.
        DAMAGED,
        /// A file is not there.
        MISSING,
        /// A file or directory that this program does not make.
        FOREIGN
    }

    @Override
    public String toString() {
        return "%s %s: %s".formatted(kind, path, message);
    }
}
