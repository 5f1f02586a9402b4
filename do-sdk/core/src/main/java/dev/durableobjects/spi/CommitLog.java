package dev.durableobjects.spi;

/// Makes commits durable: an acknowledged commit survives the death of the process and of the
/// machine's memory.
///
/// Positions grow with every append. A log that fails has failed for good: it makes nothing durable
/// any more, and everyone who waits is told. Safe for use by many threads.
public interface CommitLog extends AutoCloseable {

    /// The position before every commit; it is always durable.
    long START = 0;

    /// Takes a commit in and returns its position, without waiting. Commits of one object are
    /// appended in the order in which its database made them.
    ///
    /// @throws CommitFailedException if the log has failed or is closed
    long append(Commit commit);

    /// Waits until every commit up to this position is durable. An interrupt does not end the wait;
    /// it is kept for the caller.
    ///
    /// @throws CommitFailedException if it never will be, or is not yet after the log's time-out
    void awaitDurable(long position);

    /// Returns the newest position up to which every commit is durable now.
    long durable();

    /// Makes everything durable that was appended, then ends.
    @Override
    void close();
}
