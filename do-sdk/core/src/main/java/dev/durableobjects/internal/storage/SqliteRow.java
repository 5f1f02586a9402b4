package dev.durableobjects.internal.storage;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.sql.SqlRow;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A row that was copied out of SQLite. Immutable, but for the contents of byte arrays.
final class SqliteRow implements SqlRow {

    private final Columns columns;
    private final @Nullable Object[] values;

    SqliteRow(Columns columns, @Nullable Object[] values) {
        this.columns = columns;
        this.values = values;
    }

    @Override
    public List<String> columnNames() {
        return columns.names();
    }

    @Override
    public @Nullable Object get(String column) {
        requireNonNull(column, "column must be a name, was null");
        return values[position(column)];
    }

    @Override
    public @Nullable Object get(int column) {
        if (column < 0 || column >= values.length) {
            throw new IllegalArgumentException(
                    "a row of %s has columns 0 to %d, asked for %d"
                            .formatted(columns, values.length - 1, column));
        }
        return values[column];
    }

    @Override
    public long getLong(String column) {
        Object value = get(column);
        return value instanceof Long whole ? whole : typed(column, value, Long.class);
    }

    @Override
    public int getInt(String column) {
        return typed(column, get(column), Integer.class);
    }

    @Override
    public double getDouble(String column) {
        return typed(column, get(column), Double.class);
    }

    @Override
    public boolean getBoolean(String column) {
        return typed(column, get(column), Boolean.class);
    }

    @Override
    public @Nullable String getString(String column) {
        Object value = get(column);
        if (value instanceof String text) {
            return text;
        }
        return value == null ? null : typed(column, value, String.class);
    }

    @Override
    public byte @Nullable [] getBytes(String column) {
        Object value = get(column);
        return value == null ? null : typed(column, value, byte[].class);
    }

    @Override
    public <R extends Record> R as(Class<R> type) {
        requireNonNull(type, "type must be a record, was null");
        return type.cast(columns.mapping(type).record(values));
    }

    @Override
    public String toString() {
        return columns + "=" + Arrays.toString(values);
    }

    private static <T> T typed(String column, @Nullable Object value, Class<T> type) {
        if (value == null) {
            throw new IllegalStateException(
                    "column '%s' is NULL, not a %s".formatted(column, type.getSimpleName()));
        }
        return type.cast(ColumnValue.to(type, value, column));
    }

    private int position(String column) {
        int position = columns.position(column);
        if (position < 0) {
            throw new IllegalArgumentException(
                    "no column '%s'; the columns are %s".formatted(column, columns));
        }
        return position;
    }
}
