package dev.durableobjects.simulation;

import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.CommitLog;
import dev.durableobjects.spi.Wake;

/// A log that does not wait, or not long enough, or does not tell when objects must be woken.
///
/// @param early how many commits it waits too little for
/// @param isSilent whether it does not tell
record FaultyLog(CommitLog log, long early, boolean isSilent) implements CommitLog {

    /// Returns the log with a fault, if the fault is one of logs.
    static CommitLog of(Fault fault, CommitLog log) {
        return switch (fault) {
            case NO_OUTPUT_GATE -> new FaultyLog(log, Long.MAX_VALUE, false);
            case OFF_BY_ONE -> new FaultyLog(log, 1, false);
            case SILENT_COMMITS -> new FaultyLog(log, 0, true);
            case NONE,
                    HALF_TURNS,
                    OPEN_SECTIONS,
                    LYING_DISK,
                    LYING_CHECKPOINT,
                    LYING_INDEX,
                    FAST_CLOCK,
                    LATE_DELETION,
                    NO_ORDER ->
                    log;
        };
    }

    @Override
    public long append(Commit commit) {
        return log.append(isSilent ? silent(commit) : commit);
    }

    private static Commit silent(Commit commit) {
        return new Commit(
                commit.object(),
                commit.file(),
                commit.isWhole(),
                commit.pageSize(),
                commit.databasePages(),
                commit.pages(),
                Wake.UNCHANGED);
    }

    @Override
    public void awaitDurable(long position) {
        log.awaitDurable(Math.max(START, position - early));
    }

    @Override
    public long durable() {
        return log.durable();
    }

    @Override
    public void close() {
        log.close();
    }
}
