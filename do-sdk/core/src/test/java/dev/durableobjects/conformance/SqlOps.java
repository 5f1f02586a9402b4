package dev.durableobjects.conformance;

import dev.durableobjects.DurableObjectState;
import dev.durableobjects.sql.SqlCursor;
import java.util.Map;
import java.util.Optional;

/// SQL and its cursors.
final class SqlOps {

    private SqlOps() {}

    static void addTo(Map<String, Op> ops) {
        ops.put("sql.exec", (Op.Inside) SqlOps::exec);
        ops.put(
                "sql.databaseSize",
                (Op.Inside)
                        (world, ctx, step) -> world.keep(step, ctx.storage().sql().databaseSize()));
        ops.put("cursor.next", (Op.Inside) (world, ctx, step) -> next(cursor(world, step)));
        ops.put("cursor.counters", (Op.Inside) (world, ctx, step) -> counters(cursor(world, step)));
        ops.put("cursor.one", (Op.Inside) (world, ctx, step) -> cursor(world, step).one());
        ops.put("cursor.toArray", (Op.Inside) (world, ctx, step) -> cursor(world, step).toList());
        ops.put(
                "cursor.raw",
                (Op.Inside) (world, ctx, step) -> cursor(world, step).map(Values::toList));
        ops.put(
                "cursor.columnNames",
                (Op.Inside) (world, ctx, step) -> cursor(world, step).columnNames());
    }

    private static Counters counters(SqlCursor cursor) {
        return new Counters(cursor.rowsRead(), cursor.rowsWritten());
    }

    /// What a cursor has counted.
    record Counters(long rowsRead, long rowsWritten) {}

    private static Object exec(CaseWorld world, DurableObjectState ctx, Step step) {
        SqlCursor cursor =
                ctx.storage().sql().exec(step.text("sql"), step.values("args").toArray());
        return switch (step.text("mode", "")) {
            case "raw" -> cursor.map(Values::toList);
            case "one" -> cursor.one();
            case "toArray" -> cursor.toList();
            default -> world.keep(step, cursor);
        };
    }

    private static Next next(SqlCursor cursor) {
        return cursor.hasNext()
                ? new Next(false, Optional.of(Values.toMap(cursor.next())))
                : new Next(true, Optional.empty());
    }

    private static SqlCursor cursor(CaseWorld world, Step step) {
        return (SqlCursor) world.kept(step);
    }

    /// What JavaScript's `next()` returns.
    ///
    /// @param done whether there was no row any more
    /// @param value the row
    record Next(boolean done, Optional<Map<String, Object>> value) {}
}
