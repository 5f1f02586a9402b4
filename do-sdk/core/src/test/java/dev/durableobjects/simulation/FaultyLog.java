package dev.durableobjects.simulation;

import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.CommitLog;

/// A log that does not wait, or not long enough.
///
/// @param early how many commits it waits too little for
record FaultyLog(CommitLog log, long early) implements CommitLog {

    /// Returns the log with a fault, if the fault is one of logs.
    static CommitLog of(Fault fault, CommitLog log) {
        return switch (fault) {
            case NO_OUTPUT_GATE -> new FaultyLog(log, Long.MAX_VALUE);
            case OFF_BY_ONE -> new FaultyLog(log, 1);
            case NONE, HALF_TURNS, OPEN_SECTIONS, LYING_DISK, LYING_CHECKPOINT, NO_ORDER -> log;
        };
    }

    @Override
    public long append(Commit commit) {
        return log.append(commit);
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
