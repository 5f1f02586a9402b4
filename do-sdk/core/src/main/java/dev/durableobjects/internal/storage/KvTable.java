package dev.durableobjects.internal.storage;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.Callback;
import dev.durableobjects.internal.value.Unicode;
import dev.durableobjects.kv.KvListing;
import dev.durableobjects.kv.KvStorage;
import dev.durableobjects.kv.ListOptions;
import dev.durableobjects.kv.WriteOptions;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Keys and values in a table of the runtime, made with the first value. Only the object's thread
/// may use it.
final class KvTable implements KvStorage {

    private static final String GET = "SELECT value FROM _cf_KV WHERE key = ?";

    private static final String PUT =
            """
            INSERT INTO _cf_KV VALUES (?, ?)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value
            """;

    private static final String DELETE = "DELETE FROM _cf_KV WHERE key = ?";

    private final SqliteStorage sql;
    private final ObjectTransaction transaction;
    private @Nullable KvCursor<?> listing;

    KvTable(SqliteStorage sql, ObjectTransaction transaction) {
        this.sql = sql;
        this.transaction = transaction;
    }

    @Override
    public <V> Optional<V> get(String key, Class<V> type) {
        requireNonNull(key, "key must be a text, was null");
        requireNonNull(type, "type must be a class, was null");
        Object stored = sql.exists(RuntimeTable.KV) ? stored(key) : null;
        return stored == null ? Optional.empty() : Optional.of(KvValue.read(key, stored, type));
    }

    @Override
    public <V> Map<String, V> get(Collection<String> keys, Class<V> type) {
        requireNonNull(keys, "keys must be a collection, was null");
        requireNonNull(type, "type must be a class, was null");
        Map<String, V> found = new LinkedHashMap<>();
        TreeSet<String> sorted = new TreeSet<>(Unicode.UTF_8_ORDER);
        sorted.addAll(keys);
        for (String key : sorted) {
            get(key, type).ifPresent(value -> found.put(key, value));
        }
        return Collections.unmodifiableMap(found);
    }

    @Override
    public void put(String key, Object value, WriteOptions options) {
        requireNonNull(key, "key must be a text, was null");
        requireNonNull(options, "options must be WriteOptions, was null");
        Object stored = KvValue.stored(value);
        write(
                options,
                () -> {
                    sql.make(RuntimeTable.KV);
                    return change(PUT, checked(key), stored);
                });
    }

    @Override
    public void put(Map<String, ?> entries, WriteOptions options) {
        requireNonNull(entries, "entries must be a map, was null");
        requireNonNull(options, "options must be WriteOptions, was null");
        Map<String, Object> stored = new LinkedHashMap<>();
        entries.forEach((key, value) -> stored.put(checked(key), KvValue.stored(value)));
        if (stored.isEmpty()) {
            return;
        }
        write(
                options,
                () ->
                        transaction.nested(() -> {
                            sql.make(RuntimeTable.KV);
                            stored.forEach((key, value) -> change(PUT, key, value));
                            return true;
                        }));
    }

    @Override
    public boolean delete(String key, WriteOptions options) {
        requireNonNull(key, "key must be a text, was null");
        requireNonNull(options, "options must be WriteOptions, was null");
        if (!sql.exists(RuntimeTable.KV) || stored(key) == null) {
            return false;
        }
        return write(options, () -> change(DELETE, key));
    }

    @Override
    public int delete(Collection<String> keys, WriteOptions options) {
        requireNonNull(keys, "keys must be a collection, was null");
        requireNonNull(options, "options must be WriteOptions, was null");
        int deleted = 0;
        for (String key : keys) {
            deleted += delete(key, options) ? 1 : 0;
        }
        return deleted;
    }

    @Override
    public <V> KvListing<V> list(Class<V> type, ListOptions options) {
        requireNonNull(type, "type must be a class, was null");
        requireNonNull(options, "options must be ListOptions, was null");
        if (listing != null) {
            listing.invalidate();
        }
        KvCursor<V> made =
                sql.exists(RuntimeTable.KV)
                        ? KvRange.of(options).open(sql, type)
                        : KvCursor.empty(type);
        listing = made;
        return made;
    }

    private @Nullable Object stored(String key) {
        SqliteCursor cursor = sql.execOwn(GET, StatementPlan.READS, checked(key));
        return cursor.hasNext() ? cursor.next().get(0) : null;
    }

    private boolean change(String statement, Object... bindings) {
        sql.execOwn(statement, StatementPlan.WRITES, bindings);
        return true;
    }

    private <R> R write(WriteOptions options, Callback<R, RuntimeException> body) {
        return options.allowUnconfirmed() ? transaction.unconfirmed(body) : body.run();
    }

    private static String checked(String key) {
        if (key == null) {
            throw new IllegalArgumentException("a key must be a text, was null");
        }
        if (!Unicode.isValid(key)) {
            throw new IllegalArgumentException(
                    "a key must be valid Unicode; this one has half of a surrogate pair");
        }
        return key;
    }
}
