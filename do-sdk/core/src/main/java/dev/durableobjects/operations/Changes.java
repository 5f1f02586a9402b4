package dev.durableobjects.operations;

import dev.durableobjects.internal.engine.Interventions;
import dev.durableobjects.internal.storage.Journaling;
import dev.durableobjects.spi.CommitLog;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How an object gets what was prepared for it: by a reset if it may be in memory, at once if it
/// cannot be. Safe for use by many threads.
final class Changes {

    private final CommitLog log;
    private final @Nullable Interventions live;

    /// Held while an object changes that cannot be in memory.
    private final ReentrantLock alone = new ReentrantLock();

    /// @param log makes changes durable
    /// @param live null if no object can be in memory
    Changes(CommitLog log, @Nullable Interventions live) {
        this.log = log;
        this.live = live;
    }

    /// Prepares a change where nothing of the object happens, and lets the object have it.
    ///
    /// @param why what callers are told whose events are lost
    <R> R run(String uniqueKey, Journaling database, String why, Supplier<R> change) {
        if (live != null && live.serves(uniqueKey)) {
            return live.run(uniqueKey, database.id(), why, change);
        }
        alone.lock();
        try {
            database.restoreIfPending(log); // What was to come before this.
            R result = change.get();
            database.restoreIfPending(log);
            return result;
        } finally {
            alone.unlock();
        }
    }
}
