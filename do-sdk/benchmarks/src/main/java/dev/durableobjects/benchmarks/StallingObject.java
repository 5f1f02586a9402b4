package dev.durableobjects.benchmarks;

import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.sql.SqlStorage;

/// An object that can keep SQLite busy, and others that would rather not wait for it.
final class StallingObject extends DurableObject implements StallApi {

    private final SqlStorage sql;
    private int pings;

    StallingObject(DurableObjectState ctx, Env env) {
        super(ctx, env);
        sql = ctx.storage().sql();
    }

    @Override
    public void queryForLong() {
        sql.exec(
                """
                WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number)
                SELECT count(*) FROM number
                """);
    }

    @Override
    public void write() {
        sql.exec("CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY, value INTEGER)");
        sql.exec(
                """
                INSERT INTO counter VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET value = value + 1
                """);
    }

    @Override
    public int ping() {
        return ++pings;
    }
}
