package dev.durableobjects.internal.journal;

/// How a journal is doing. Immutable.
///
/// @param failure why it has failed for good, empty if it has not
/// @param isLate whether somebody gave up waiting for a commit that is still not durable
/// @param bytes of the files that are not written any more
/// @param bytesMax the size from which they are freed
/// @param isStuck whether none is freed before the next start, because a sync has failed
/// @param obstacle what the freeing of the oldest file waits for, or why it failed; empty if
///   nothing is in its way
public record JournalState(
        String failure,
        boolean isLate,
        long bytes,
        long bytesMax,
        boolean isStuck,
        String obstacle) {}
