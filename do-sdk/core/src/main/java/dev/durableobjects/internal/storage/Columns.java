package dev.durableobjects.internal.storage;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The result columns of a statement: finds them by name and maps them to records. What it learns
/// it keeps for the next run of the statement. Only the object's thread may use it.
final class Columns {

    private final List<String> names;
    private final Map<Class<?>, RecordMapping> mappings = new HashMap<>();
    private final @Nullable String[] declaredTypes;
    private @Nullable Map<String, Integer> positions;

    Columns(List<String> names) {
        this.names = names;
        this.declaredTypes = new String[names.size()];
    }

    List<String> names() {
        return names;
    }

    /// Returns the declared types as far as somebody has asked for them; null where nobody has, or
    /// where there is none. Whoever learns one puts it in.
    @Nullable String[] declaredTypes() {
        return declaredTypes;
    }

    /// Returns the position of a column, or -1. An exact match wins over one that differs in case
    /// and underscores; of equal names, the last wins.
    int position(String name) {
        Map<String, Integer> known = positions;
        if (known == null) {
            known = index();
            positions = known;
        }
        Integer exact = known.get(name);
        return exact != null ? exact : known.getOrDefault(folded(name), -1);
    }

    /// Returns how rows become records of a class.
    ///
    /// @throws IllegalArgumentException if a component has no column
    RecordMapping mapping(Class<? extends Record> type) {
        return mappings.computeIfAbsent(type, key -> RecordMapping.of(type, this));
    }

    private Map<String, Integer> index() {
        Map<String, Integer> index = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            index.put(folded(names.get(i)), i);
        }
        for (int i = 0; i < names.size(); i++) {
            index.put(names.get(i), i);
        }
        return index;
    }

    private static String folded(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return names.toString();
    }
}
