package dev.durableobjects.spi;

/// A commit did not become durable, or nobody can tell. Whoever waited for it must not acknowledge
/// it, and the object that made it must be loaded again from what is durable. Immutable.
public final class CommitFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// Makes an exception.
    public CommitFailedException(String message, Throwable cause) {
        super(message, cause);
    }

    /// Makes an exception without a cause.
    public CommitFailedException(String message) {
        super(message);
    }
}
