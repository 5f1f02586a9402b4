package dev.durableobjects.internal.storage;

/// A data directory is locked by another process, or by another runtime of this one. Immutable.
public final class DirectoryInUseException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    DirectoryInUseException(String message) {
        super(message);
    }
}
