package dev.durableobjects.conformance;

import dev.durableobjects.DurableObjectState;
import dev.durableobjects.kv.WriteOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/// The alarm, in a time that stands still at the beginning of 1970. What the cases call the
/// scheduler is no part of a commit here: it learns from the log.
final class AlarmOps {

    private AlarmOps() {}

    static void addTo(Map<String, Op> ops) {
        ops.put("alarm.set", (Op.Inside) (world, ctx, step) -> set(ctx, step));
        ops.put(
                "alarm.get",
                (Op.Inside)
                        (world, ctx, step) ->
                                ctx.storage().getAlarm().map(Instant::toEpochMilli).orElse(null));
    }

    private static Object set(DurableObjectState ctx, Step step) {
        WriteOptions options = new WriteOptions(step.is("allowUnconfirmed"));
        switch (step.value("at")) {
            case null -> ctx.storage().deleteAlarm(options);
            case Long millis -> ctx.storage().setAlarm(Instant.ofEpochMilli(millis), options);
            case String _ -> ctx.storage().setAlarm(Duration.ofDays(365));
            default -> throw new AssertionError("no time: " + step);
        }
        return null;
    }

    /// Returns whether a call of a case goes to the scheduler.
    static boolean isScheduling(String call) {
        return call.startsWith("schedule(");
    }
}
