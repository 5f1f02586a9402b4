package dev.durableobjects.internal.storage;

import dev.durableobjects.kv.KvEntry;
import dev.durableobjects.kv.KvListing;
import dev.durableobjects.sql.SqlRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A listing over a cursor. Only the object's thread may use it.
final class KvCursor<V> implements KvListing<V> {

    private static final String INVALIDATED =
            "kv.list() iterator was invalidated because a new call to kv.list() was started. Only"
                    + " one kv.list() iterator can exist at a time.";

    private final @Nullable SqliteCursor cursor;
    private final Class<V> type;

    /// Lists the rows of a cursor: keys and values.
    KvCursor(@Nullable SqliteCursor cursor, Class<V> type) {
        this.cursor = cursor;
        this.type = type;
    }

    /// Returns a listing of nothing.
    static <V> KvCursor<V> empty(Class<V> type) {
        return new KvCursor<>(null, type);
    }

    /// Ends the listing because there is another one now.
    void invalidate() {
        if (cursor != null) {
            cursor.cancel(INVALIDATED);
        }
    }

    @Override
    public Iterator<KvEntry<V>> iterator() {
        return this;
    }

    @Override
    public boolean hasNext() {
        return cursor != null && cursor.hasNext();
    }

    @Override
    public KvEntry<V> next() {
        if (cursor == null) {
            throw new NoSuchElementException("the listing has no more keys");
        }
        SqlRow row = cursor.next();
        String key = String.valueOf(row.get(0));
        return new KvEntry<>(key, KvValue.read(key, Objects.requireNonNull(row.get(1)), type));
    }

    @Override
    public List<KvEntry<V>> toList() {
        List<KvEntry<V>> entries = new ArrayList<>();
        forEachRemaining(entries::add);
        return List.copyOf(entries);
    }

    @Override
    public Map<String, V> toMap() {
        Map<String, V> entries = new LinkedHashMap<>();
        forEachRemaining(entry -> entries.put(entry.key(), entry.value()));
        return Collections.unmodifiableMap(entries);
    }
}
