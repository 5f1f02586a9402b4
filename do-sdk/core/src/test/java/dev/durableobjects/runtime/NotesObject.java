package dev.durableobjects.runtime;

import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.sql.SqlStorage;
import java.util.List;

/// Keeps notes in two tables, and a key for each.
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

    private void createTables() {
        sql.exec("CREATE TABLE IF NOT EXISTS bodies (n INTEGER, body BLOB)");
        sql.exec("CREATE TABLE IF NOT EXISTS numbers (n INTEGER)");
    }
}
