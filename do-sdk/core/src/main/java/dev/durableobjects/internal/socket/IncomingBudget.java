package dev.durableobjects.internal.socket;

import java.util.concurrent.atomic.AtomicLong;

/// What all connections of a runtime may hold of messages that have come in part: many slow peers
/// must not fill the memory together. Safe for use by many threads.
final class IncomingBudget {

    private final long bytesMax;
    private final AtomicLong taken = new AtomicLong();

    IncomingBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// Takes bytes, which [#give] gives back.
    ///
    /// @return false if there are not as many; none is taken then
    boolean take(long bytes) {
        if (taken.addAndGet(bytes) <= bytesMax) {
            return true;
        }
        give(bytes);
        return false;
    }

    void give(long bytes) {
        taken.addAndGet(-bytes);
    }
}
