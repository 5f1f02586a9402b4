package dev.durableobjects.simulation;

import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.CommitLog;
import dev.durableobjects.spi.Wake;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// A log that does not wait, or not long enough, or does not tell when objects must be woken.
final class FaultyLog implements CommitLog {

    private final CommitLog log;
    private final Fault fault;
    private final Consumer<String> deleted;
    private final Set<Long> restores = ConcurrentHashMap.newKeySet();

    private FaultyLog(CommitLog log, Fault fault, Consumer<String> deleted) {
        this.log = log;
        this.fault = fault;
        this.deleted = deleted;
    }

    /// Returns the log with a fault, if the fault is one of logs.
    ///
    /// @param deleted told which file of a restore would be deleted too early
    static CommitLog of(Fault fault, CommitLog log, Consumer<String> deleted) {
        return switch (fault) {
            case NO_OUTPUT_GATE,
                    OFF_BY_ONE,
                    SILENT_COMMITS,
                    HASTY_RESTORE,
                    EARLY_DELETION,
                    EARLY_BASE ->
                    new FaultyLog(log, fault, deleted);
            case NONE,
                    HALF_TURNS,
                    OPEN_SECTIONS,
                    LYING_DISK,
                    LYING_CHECKPOINT,
                    LYING_INDEX,
                    LYING_HISTORY,
                    EARLY_UNDO,
                    FAST_CLOCK,
                    LATE_DELETION,
                    NO_ORDER ->
                    log;
        };
    }

    @Override
    public long append(Commit commit) {
        if (isRestore(commit) && fault == Fault.EARLY_DELETION) {
            String file = commit.file();
            deleted.accept(file.substring(file.indexOf('/') + 1).replace('/', '.'));
        }
        long position = log.append(fault == Fault.SILENT_COMMITS ? silent(commit) : commit);
        if (isRestore(commit)) {
            restores.add(position);
        }
        return position;
    }

    private static boolean isRestore(Commit commit) {
        return commit.kind() != Commit.Kind.CHANGE;
    }

    private static Commit silent(Commit commit) {
        return new Commit(
                commit.object(),
                commit.file(),
                commit.isWhole(),
                commit.kind(),
                commit.pageSize(),
                commit.databasePages(),
                commit.pages(),
                Wake.UNCHANGED);
    }

    @Override
    public void awaitDurable(long position) {
        log.awaitDurable(Math.max(START, position - early(position)));
    }

    /// Returns how many commits it waits too little for.
    private long early(long position) {
        boolean isAll =
                switch (fault) {
                    case NO_OUTPUT_GATE -> true;
                    case HASTY_RESTORE -> restores.contains(position);
                    case EARLY_BASE -> Thread.currentThread().getName().equals("durable-history");
                    default -> false;
                };
        if (isAll) {
            return position;
        }
        return fault == Fault.OFF_BY_ONE ? 1 : 0;
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
