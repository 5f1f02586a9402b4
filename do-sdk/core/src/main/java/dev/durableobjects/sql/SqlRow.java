package dev.durableobjects.sql;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One row of a result: its values, by column name or by position from 0.
///
/// Names match exactly or, failing that, without regard to case and underscores, so that the column
/// `seat_number` is found as `seatNumber`. If several columns share a name, the last one counts.
/// Values are `Long`, `Double`, `String`, `byte[]` or null, as SQLite stores them. Immutable, but
/// for the contents of byte arrays.
public interface SqlRow {

    /// Returns the names of the columns in order.
    List<String> columnNames();

    /// Returns the value of a column.
    ///
    /// @throws IllegalArgumentException if there is no such column
    @Nullable Object get(String column);

    /// Returns the value of the column at this position.
    ///
    /// @throws IllegalArgumentException if there is no such column
    @Nullable Object get(int column);

    /// Returns whether the column holds NULL.
    default boolean isNull(String column) {
        return get(column) == null;
    }

    /// Returns an INTEGER column.
    ///
    /// @throws IllegalStateException if the column holds anything else
    long getLong(String column);

    /// Returns an INTEGER column that fits an int.
    ///
    /// @throws IllegalStateException if the column holds anything else
    int getInt(String column);

    /// Returns a REAL or INTEGER column.
    ///
    /// @throws IllegalStateException if the column holds anything else
    double getDouble(String column);

    /// Returns whether an INTEGER column is not 0.
    ///
    /// @throws IllegalStateException if the column holds anything else
    boolean getBoolean(String column);

    /// Returns a TEXT column, or null for NULL.
    ///
    /// @throws IllegalStateException if the column holds anything else
    @Nullable String getString(String column);

    /// Returns a BLOB column, or null for NULL.
    ///
    /// @throws IllegalStateException if the column holds anything else
    byte @Nullable [] getBytes(String column);

    /// Returns the row as a record: each component takes the column of its name.
    ///
    /// Components may be of any type that can be bound (see [SqlStorage#exec]), or `Optional` of
    /// one. Columns without a component are ignored.
    ///
    /// @throws IllegalArgumentException if a component has no column
    /// @throws IllegalStateException if a value does not fit its component
    <R extends Record> R as(Class<R> type);
}
