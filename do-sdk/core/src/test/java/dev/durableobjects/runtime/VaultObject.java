package dev.durableobjects.runtime;

import dev.durableobjects.AlarmInvocationInfo;
import dev.durableobjects.Bookmark;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.sql.SqlStorage;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/// Keeps each number in a table and as a key.
final class VaultObject extends DurableObject implements Vault {

    private final SqlStorage sql;
    private final Runnable backup;
    private final Consumer<String> onAlarm;

    VaultObject(DurableObjectState ctx, Env env) {
        this(ctx, env, () -> {}, name -> {});
    }

    /// @param backup makes a backup of the node
    /// @param onAlarm told the name when the alarm runs
    VaultObject(DurableObjectState ctx, Env env, Runnable backup, Consumer<String> onAlarm) {
        super(ctx, env);
        this.sql = ctx.storage().sql();
        this.backup = backup;
        this.onAlarm = onAlarm;
    }

    @Override
    public void add(int number) {
        sql.exec("CREATE TABLE IF NOT EXISTS numbers (n INTEGER)");
        sql.exec("INSERT INTO numbers VALUES (?)", number);
        ctx.storage().kv().put("%09d".formatted(number), number);
    }

    @Override
    public List<Integer> numbers() {
        sql.exec("CREATE TABLE IF NOT EXISTS numbers (n INTEGER)");
        List<Integer> numbers =
                sql.exec("SELECT n FROM numbers ORDER BY rowid").map(row -> row.getInt("n"));
        List<Integer> keys = List.copyOf(ctx.storage().kv().list(Integer.class).toMap().values());
        if (!keys.equals(numbers.stream().sorted().toList())) {
            throw new IllegalStateException("halves: %s and %s".formatted(numbers, keys));
        }
        return numbers;
    }

    @Override
    public void fill(int bytes) {
        sql.exec("CREATE TABLE IF NOT EXISTS space (body BLOB)");
        sql.exec("DELETE FROM space");
        sql.exec("INSERT INTO space VALUES (randomblob(?))", bytes);
    }

    @Override
    public Bookmark bookmark() {
        return ctx.storage().currentBookmark();
    }

    @Override
    public void restore(Bookmark bookmark) {
        ctx.storage().restoreOnNextSession(bookmark);
    }

    @Override
    public void leave() {
        ctx.abort("the test wants it");
    }

    @Override
    public void wake(Instant time) {
        ctx.storage().setAlarm(time);
    }

    @Override
    public void backup() {
        backup.run();
    }

    @Override
    public void alarm(AlarmInvocationInfo info) {
        onAlarm.accept(ctx.id().name().orElse("nobody knows"));
    }
}
