package dev.durableobjects.runtime;

import dev.durableobjects.AlarmInvocationInfo;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.Schedule;
import dev.durableobjects.sql.SqlRow;
import dev.durableobjects.sql.SqlStorage;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// Keeps notes in two tables, and a key for each; in a third, what its alarm and schedules did.
final class NotesObject extends DurableObject implements Notes {

    private final SqlStorage sql;

    NotesObject(DurableObjectState ctx, Env env) {
        super(ctx, env);
        sql = ctx.storage().sql();
    }

    @Override
    public void write(int number, int bytes) {
        createTables();
        sql.exec("INSERT INTO bodies VALUES (?, ?)", number, new byte[bytes]);
        sql.exec("INSERT INTO numbers VALUES (?)", number);
        ctx.storage().kv().put("%09d".formatted(number), number);
    }

    @Override
    public List<Integer> read() {
        createTables();
        return sql.exec("SELECT n FROM bodies JOIN numbers USING (n) ORDER BY n")
                .map(row -> Math.toIntExact(row.getLong("n")));
    }

    @Override
    public List<Integer> keys() {
        return List.copyOf(ctx.storage().kv().list(Integer.class).toMap().values());
    }

    @Override
    public int halves() {
        createTables();
        return sql.exec("SELECT n FROM bodies WHERE n NOT IN (SELECT n FROM numbers)")
                        .map(row -> row.getLong("n"))
                        .size()
                + sql.exec("SELECT n FROM numbers WHERE n NOT IN (SELECT n FROM bodies)")
                        .map(row -> row.getLong("n"))
                        .size();
    }

    @Override
    public void deleteEverything() {
        ctx.storage().deleteAll();
    }

    @Override
    public void plan(String name, long delayMillis) {
        createPlans();
        Instant due = Instant.now().truncatedTo(ChronoUnit.MILLIS).plusMillis(delayMillis);
        if (name.isEmpty()) {
            ctx.storage().setAlarm(due);
        } else {
            ctx.schedules().at(name, due);
        }
        sql.exec("DELETE FROM plans WHERE name = ? AND runs = 0", name);
        sql.exec("INSERT INTO plans VALUES (?, ?, 0, 0)", name, due.toEpochMilli());
    }

    @Override
    public void alarm(AlarmInvocationInfo info) {
        ran("", info.scheduledTime());
    }

    @Override
    public void scheduled(Schedule schedule) {
        ran(schedule.name(), schedule.due());
    }

    private void ran(String name, Instant due) {
        boolean isEarly = Instant.now().isBefore(due);
        sql.exec(
                "UPDATE plans SET runs = runs + 1, early = early + ? WHERE name = ? AND due = ?",
                isEarly ? 1 : 0,
                name,
                due.toEpochMilli());
    }

    @Override
    public int waiting() {
        createPlans();
        return sql.exec("SELECT count(*) FROM plans WHERE runs = 0").one().getInt("count(*)");
    }

    @Override
    public List<String> wrong() {
        createPlans();
        return sql.exec("SELECT * FROM plans WHERE runs > 1 OR early > 0").map(SqlRow::toString);
    }

    private void createPlans() {
        sql.exec(
                "CREATE TABLE IF NOT EXISTS plans"
                        + " (name TEXT, due INTEGER, runs INTEGER, early INTEGER)");
    }

    private void createTables() {
        sql.exec("CREATE TABLE IF NOT EXISTS bodies (n INTEGER, body BLOB)");
        sql.exec("CREATE TABLE IF NOT EXISTS numbers (n INTEGER)");
    }
}
