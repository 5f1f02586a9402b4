package dev.durableobjects.internal.storage;

import dev.durableobjects.kv.ListOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// The SQL of a listing. Immutable.
///
/// @param text the statement
/// @param bindings its bindings
record KvRange(String text, List<Object> bindings) {

    /// Returns the SQL for these options.
    static KvRange of(ListOptions options) {
        List<String> conditions = new ArrayList<>();
        List<Object> bindings = new ArrayList<>();
        options.start()
                .ifPresent(key -> {
                    conditions.add(options.isAfterStart() ? "key > ?" : "key >= ?");
                    bindings.add(key);
                });
        options.end()
                .ifPresent(key -> {
                    conditions.add("key < ?");
                    bindings.add(key);
                });
        options.prefix()
                .ifPresent(prefix -> {
                    conditions.add("key >= ?");
                    bindings.add(prefix);
                    String behind = behind(prefix);
                    if (!behind.isEmpty()) {
                        conditions.add("key < ?");
                        bindings.add(behind);
                    }
                });
        String text =
                "SELECT key, value FROM _cf_KV%s%s ORDER BY key %s LIMIT ?"
                        .formatted(
                                conditions.isEmpty() ? "" : " WHERE ",
                                String.join(" AND ", conditions),
                                options.isReverse() ? "DESC" : "ASC");
        OptionalInt limit = options.limit();
        bindings.add(limit.isPresent() ? limit.getAsInt() : -1);
        return new KvRange(text, List.copyOf(bindings));
    }

    /// Starts the listing.
    <V> KvCursor<V> open(SqliteStorage sql, Class<V> type) {
        return new KvCursor<>(sql.execOwn(text, StatementPlan.READS, bindings.toArray()), type);
    }

    /// Returns the first text behind all that begin with the prefix, empty if there is none.
    private static String behind(String prefix) {
        int[] points = prefix.codePoints().toArray();
        int length = points.length;
        while (length > 0 && points[length - 1] == Character.MAX_CODE_POINT) {
            length--;
        }
        if (length == 0) {
            return "";
        }
        int next = points[length - 1] + 1;
        points[length - 1] = next == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : next;
        return new String(points, 0, length);
    }
}
