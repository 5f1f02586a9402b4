package dev.durableobjects.internal.engine;

import dev.durableobjects.AlarmInvocationInfo;
import dev.durableobjects.DurableObject;
import dev.durableobjects.internal.storage.ScheduleTable;
import dev.durableobjects.internal.storage.ScheduleTable.Row;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The event of a test that runs a pending alarm before its time: it is deleted first, and a
/// failure is the test's. Used once, by one thread.
final class AlarmNow implements Event<Boolean, Exception> {

    private @Nullable ScheduleTable table;

    @Override
    public Boolean runIn(Activation activation) throws Exception {
        table = activation.database().schedules().table();
        return run(activation.instance().get());
    }

    /// Returns whether there was one.
    @Override
    public Boolean run(DurableObject object) throws Exception {
        ScheduleTable alarms = Objects.requireNonNull(table);
        Optional<Row> pending = alarms.pending(ScheduleTable.ALARM);
        if (pending.isPresent()) {
            alarms.drop(pending.get());
            object.alarm(info(pending.get()));
        }
        return pending.isPresent();
    }

    /// Returns what a handler is told of its run.
    static AlarmInvocationInfo info(Row due) {
        return new AlarmInvocationInfo(
                Instant.ofEpochMilli(due.scheduledAt()), due.retries() > 0, due.retries());
    }
}
