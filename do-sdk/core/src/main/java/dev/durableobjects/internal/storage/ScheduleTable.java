package dev.durableobjects.internal.storage;

import dev.durableobjects.Callback;
import dev.durableobjects.kv.WriteOptions;
import dev.durableobjects.spi.Wake;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What an object has to do at which time: its alarm, which is the schedule without a name, and its
/// schedules. A table of the runtime, made with the first of them.
///
/// Each setting gets a version of its own, by chance, so that a run that ends knows whether what it
/// ran for was set anew meanwhile. Times are milliseconds since 1970. Only the object's thread may
/// use it.
public final class ScheduleTable {

    /// The name of the alarm.
    public static final String ALARM = "";

    private static final String COLUMNS =
            "SELECT name, scheduled_at, due_at, period, retries, version FROM _do_schedules";

    private static final String GET = COLUMNS + " WHERE name = ?";

    private static final String ALL = COLUMNS + " ORDER BY due_at, name";

    private static final String DUE = COLUMNS + " WHERE due_at <= ? ORDER BY due_at, name LIMIT 1";

    static final String NEXT = "SELECT min(due_at) FROM _do_schedules";

    private static final String COUNT = "SELECT count(*) FROM _do_schedules WHERE name <> ''";

    private static final String SET =
            """
            INSERT OR REPLACE INTO _do_schedules (name, scheduled_at, due_at, period, retries,
                version)
            VALUES (?1, ?2, ?2, ?3, 0, random())
            """;

    private static final String DELETE = "DELETE FROM _do_schedules WHERE name = ?";

    /// The version says which setting, the time which of its runs.
    private static final String DONE =
            "DELETE FROM _do_schedules WHERE name = ? AND version = ? AND scheduled_at = ?";

    private static final String ADVANCE =
            """
            UPDATE _do_schedules SET scheduled_at = ?4, due_at = ?4, retries = 0
            WHERE name = ?1 AND version = ?2 AND scheduled_at = ?3
            """;

    private static final String RETRY =
            """
            UPDATE _do_schedules SET due_at = ?4, retries = retries + 1
            WHERE name = ?1 AND version = ?2 AND scheduled_at = ?3
            """;

    private final SqliteStorage sql;
    private final ObjectTransaction transaction;

    /// Whether it may have changed since the last commit.
    private boolean touched;

    private @Nullable Row running;

    /// What the last run was for, as it was then.
    private @Nullable Row last;

    ScheduleTable(SqliteStorage sql, ObjectTransaction transaction) {
        this.sql = sql;
        this.transaction = transaction;
    }

    /// A row.
    ///
    /// @param scheduledAt the time that was asked for
    /// @param dueAt when it runs next: the same, or later for a retry
    /// @param period 0 if it is due once
    /// @param retries how many runs have failed
    /// @param version which setting it is
    public record Row(
            String name, long scheduledAt, long dueAt, long period, int retries, long version) {

        /// Returns whether it is due again after a run.
        public boolean isPeriodic() {
            return period > 0;
        }

        /// Returns the time of the next run behind this one that is not over yet.
        public long next(long now) {
            return scheduledAt + (Math.max(0, now - scheduledAt) / period + 1) * period;
        }
    }

    /// Returns what is pending under a name.
    public Optional<Row> pending(String name) {
        return exists() ? rows(GET, name).stream().filter(this::isPending).findFirst() : none();
    }

    /// Returns whether there is a row of this name, pending or running.
    boolean has(String name) {
        return exists() && !rows(GET, name).isEmpty();
    }

    /// Returns what is pending, in the order in which it is due.
    List<Row> pending() {
        return exists() ? rows(ALL).stream().filter(this::isPending).toList() : List.of();
    }

    /// What runs is there until the run has succeeded, but it is not pending any more.
    private boolean isPending(Row row) {
        Row now = running;
        return now == null
                || row.isPeriodic()
                || !row.name().equals(now.name())
                || row.version() != now.version();
    }

    /// Returns whether what runs is this very setting.
    boolean isRunning(Row row) {
        Row now = running;
        return now != null && row.name().equals(now.name()) && row.version() == now.version();
    }

    /// Returns how many have a name.
    long named() {
        return exists() ? sql.execOwn(COUNT, StatementPlan.READS).one().getLong("count(*)") : 0;
    }

    /// Sets what is due under a name, in place of what was.
    ///
    /// @param period 0 if it is due once
    void set(String name, long at, long period, WriteOptions options) {
        write(
                options,
                () -> {
                    sql.make(RuntimeTable.SCHEDULES);
                    return change(SET, name, at, period);
                });
    }

    /// Deletes what is due under a name, if there is something.
    void delete(String name, WriteOptions options) {
        if (exists() && !rows(GET, name).isEmpty()) {
            write(options, () -> change(DELETE, name));
        }
    }

    /// Returns what is due first, empty if nothing is due yet.
    public Optional<Row> due(long now) {
        return exists() ? rows(DUE, now).stream().findFirst() : none();
    }

    /// Says that a run begins.
    public void begin(Row row) {
        running = row;
    }

    /// Says that the run is over, whatever came of it.
    public void end() {
        last = running;
        running = null;
    }

    /// Returns whether this is what the last run was for, as it was then: whatever the run has done
    /// to it did not stay. Asked again, it is none any more.
    public boolean isLeftBehind(Row row) {
        boolean isSame = row.equals(last);
        last = null;
        return isSame;
    }

    /// Ends what a run was for; if it was set anew meanwhile, nothing happens.
    public void done(Row row, long now) {
        if (!exists()) {
            return;
        }
        if (row.isPeriodic()) {
            change(ADVANCE, row.name(), row.version(), row.scheduledAt(), row.next(now));
        } else {
            change(DONE, row.name(), row.version(), row.scheduledAt());
        }
    }

    /// Deletes what a run was for, also if it is periodic; if it was set anew, nothing happens.
    public void drop(Row row) {
        if (exists()) {
            change(DONE, row.name(), row.version(), row.scheduledAt());
        }
    }

    /// Puts off what a run was for; if it was set anew meanwhile, nothing happens.
    public void retry(Row row, long at) {
        if (exists()) {
            change(RETRY, row.name(), row.version(), row.scheduledAt(), at);
        }
    }

    /// Says that the table may have changed otherwise.
    void touch() {
        touched = true;
    }

    /// Returns what the commit that was just made says about when the object must be woken.
    Wake committed() {
        if (!touched) {
            return Wake.UNCHANGED;
        }
        touched = false;
        if (!exists()) {
            return Wake.NEVER;
        }
        Object next = sql.execOwn(NEXT, StatementPlan.READS).next().get(0);
        return next instanceof Long millis ? new Wake(millis) : Wake.NEVER;
    }

    private boolean exists() {
        return sql.exists(RuntimeTable.SCHEDULES);
    }

    private static Optional<Row> none() {
        return Optional.empty();
    }

    private List<Row> rows(String statement, Object... bindings) {
        return sql.execOwn(statement, StatementPlan.READS, bindings).toList(Row.class);
    }

    private boolean change(String statement, Object... bindings) {
        touch();
        sql.execOwn(statement, StatementPlan.WRITES, bindings);
        return true;
    }

    private void write(WriteOptions options, Callback<Boolean, RuntimeException> body) {
        if (options.allowUnconfirmed()) {
            transaction.unconfirmed(body);
        } else {
            body.run();
        }
    }
}
