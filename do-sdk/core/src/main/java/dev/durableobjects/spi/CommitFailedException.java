package dev.durableobjects.spi;

import org.jspecify.annotations.Nullable;

/// A commit did not become durable, or nobody can tell. Whoever waited for it must not acknowledge
/// it, and the object that made it must be loaded again from what is durable. Immutable.
public final class CommitFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean timeout;

    private CommitFailedException(String message, @Nullable Throwable cause, boolean timeout) {
        super(message, cause);
        this.timeout = timeout;
    }

    /// Returns an exception for a log that has failed.
    public static CommitFailedException failed(String message, Throwable cause) {
        return new CommitFailedException(message, cause, false);
    }

    /// Returns an exception for a log that was closed.
    public static CommitFailedException closed() {
        return new CommitFailedException("the commit log is closed", null, false);
    }

    /// Returns an exception for a commit that is not durable after the log's time-out.
    public static CommitFailedException timedOut() {
        return new CommitFailedException(
                "Durable Object storage operation exceeded timeout which caused object to be"
                        + " reset.",
                null,
                true);
    }

    /// Returns whether the commit may still become durable, only too late.
    public boolean isTimeout() {
        return timeout;
    }
}
