package dev.durableobjects.internal.storage;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.Schedule;
import dev.durableobjects.Schedules;
import dev.durableobjects.internal.storage.ScheduleTable.Row;
import dev.durableobjects.kv.WriteOptions;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The schedules and the alarm that an application sees. Only the object's thread may use it.
public final class ObjectSchedules implements Schedules {

    private final ScheduleTable table;
    private final Host host;
    private final Limits limits;

    ObjectSchedules(ScheduleTable table, Host host, Limits limits) {
        this.table = table;
        this.host = host;
        this.limits = limits;
    }

    /// Returns the table.
    public ScheduleTable table() {
        return table;
    }

    /// Returns a schedule as its handler gets it.
    public static Schedule schedule(Row row) {
        return schedule(row, row.scheduledAt());
    }

    private static Schedule schedule(Row row, long due) {
        Optional<Duration> period =
                row.isPeriodic() ? Optional.of(Duration.ofMillis(row.period())) : Optional.empty();
        return new Schedule(row.name(), Instant.ofEpochMilli(due), period);
    }

    Optional<Instant> alarm() {
        return table.pending(ScheduleTable.ALARM)
                .map(row -> Instant.ofEpochMilli(row.scheduledAt()));
    }

    void alarm(Instant due, WriteOptions options) {
        if (!due.isAfter(Instant.EPOCH)) {
            throw new IllegalArgumentException(
                    "setAlarm() cannot be called with an alarm time <= 0");
        }
        host.admitSchedule(ScheduleTable.ALARM);
        table.set(ScheduleTable.ALARM, notBeforeNow(due), 0, options);
    }

    void deleteAlarm(WriteOptions options) {
        table.delete(ScheduleTable.ALARM, options);
    }

    /// Returns the time that lies this far ahead.
    Instant fromNow(Duration delay) {
        requireNonNull(delay, "delay must be a Duration, was null");
        Instant now = host.clock().instant();
        if (delay.isNegative()) {
            return now;
        }
        try {
            return now.plus(delay);
        } catch (DateTimeException | ArithmeticException e) {
            return Instant.MAX;
        }
    }

    @Override
    public void at(String name, Instant due) {
        requireNonNull(name, "name must be a text, was null");
        requireNonNull(due, "due must be an Instant, was null");
        if (!due.isAfter(Instant.EPOCH)) {
            throw new IllegalArgumentException("a schedule must be due after 1970, was " + due);
        }
        admit(name);
        set(name, notBeforeNow(due), 0);
    }

    @Override
    public void after(String name, Duration delay) {
        requireNonNull(name, "name must be a text, was null");
        at(name, fromNow(delay));
    }

    @Override
    public void every(String name, Duration period) {
        requireNonNull(name, "name must be a text, was null");
        requireNonNull(period, "period must be a Duration, was null");
        if (!period.isPositive()) {
            throw new IllegalArgumentException(
                    "the period of a schedule must be positive, was " + period);
        }
        admit(name);
        long millis = millis(Instant.EPOCH.plus(shortened(period)));
        if (!isRepeatedEvery(name, millis)) {
            set(name, millis(host.clock().instant()) + millis, millis);
        }
    }

    /// An object that says this each time it is constructed, and is woken less often, would have a
    /// next time that is always still to come.
    private boolean isRepeatedEvery(String name, long millis) {
        return table.pending(name).filter(row -> row.period() == millis).isPresent();
    }

    @Override
    public Optional<Schedule> get(String name) {
        requireNonNull(name, "name must be a text, was null");
        return name.isEmpty() ? Optional.empty() : table.pending(name).map(this::pending);
    }

    @Override
    public List<Schedule> list() {
        return table.pending().stream()
                .filter(row -> !row.name().isEmpty())
                .map(this::pending)
                .sorted(Comparator.comparing(Schedule::due))
                .toList();
    }

    @Override
    public void cancel(String name) {
        requireNonNull(name, "name must be a text, was null");
        if (!name.isEmpty()) {
            table.delete(name, WriteOptions.CONFIRMED);
        }
    }

    /// While one that repeats runs, its next time is pending.
    private Schedule pending(Row row) {
        boolean isRunning = table.isRunning(row);
        return schedule(row, isRunning ? row.next(host.clock().millis()) : row.scheduledAt());
    }

    private void set(String name, long due, long period) {
        int max = limits.get(Limit.SCHEDULES_PER_OBJECT);
        if (table.named() >= max && !table.has(name)) {
            throw new IllegalStateException(
                    "an object may have at most %d schedules; cancel one first".formatted(max));
        }
        table.set(name, due, period, WriteOptions.CONFIRMED);
    }

    private void admit(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        int max = limits.get(Limit.SCHEDULE_NAME_BYTES);
        if (bytes < 1 || bytes > max) {
            throw new IllegalArgumentException(
                    "the name of a schedule must be 1-%d bytes in UTF-8, was %d"
                            .formatted(max, bytes));
        }
        host.admitSchedule(name);
    }

    private long notBeforeNow(Instant due) {
        return Math.max(millis(due), millis(host.clock().instant()));
    }

    private static Duration shortened(Duration period) {
        Duration longest = Duration.ofDays(36_525);
        return period.compareTo(longest) < 0 ? period : longest;
    }

    /// Rounds up: never early. What no clock will show is the last time of all.
    private static long millis(Instant time) {
        try {
            long millis = time.toEpochMilli();
            boolean isWhole = time.truncatedTo(ChronoUnit.MILLIS).equals(time);
            return isWhole ? millis : Math.addExact(millis, 1);
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }
}
