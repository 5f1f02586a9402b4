package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObject;
import dev.durableobjects.internal.storage.ScheduleTable;
import dev.durableobjects.internal.storage.ScheduleTable.Row;
import java.util.Optional;

/// The event of a test that runs a pending alarm before its time: it is deleted first, and a
/// failure is the test's. Stateless.
final class AlarmNow implements Event<Boolean, Exception> {

    /// Returns whether there was one.
    @Override
    public Boolean run(Activation entered) throws Exception {
        ScheduleTable alarms = entered.database().schedules().table();
        DurableObject object = entered.instance().get();
        Optional<Row> pending = alarms.pending(ScheduleTable.ALARM);
        if (pending.isPresent()) {
            alarms.drop(pending.get());
            object.alarm(AlarmRun.info(pending.get()));
        }
        return pending.isPresent();
    }
}
