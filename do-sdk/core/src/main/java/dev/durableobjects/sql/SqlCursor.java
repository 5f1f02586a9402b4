package dev.durableobjects.sql;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The rows of a statement, read one after the other.
///
/// All ways of reading share one position: a row taken by one is not seen by another. Rows are
/// fetched as they are read, so a cursor that stays open while the object writes may or may not see
/// the change. It ends with the event that opened it, and where that event commits before its end:
/// at calls to other objects, `await`, `sync` and the like. Only the object's thread may use it.
@SuppressWarnings("IterableAndIterator") // As Cloudflare's: `for (var row : cursor)`, and `next()`.
public interface SqlCursor extends Iterator<SqlRow>, Iterable<SqlRow> {

    /// Returns the names of the result columns in order, duplicates included. Known from the start,
    /// also for a result without rows; empty for a statement that returns none.
    List<String> columnNames();

    /// Returns the next row.
    ///
    /// @throws java.util.NoSuchElementException if there is none
    @Override
    SqlRow next();

    /// Returns the one row that is left.
    ///
    /// @throws IllegalStateException if no row or more than one is left
    SqlRow one();

    /// Returns the one row that is left as a record; [SqlRow#as] says how.
    ///
    /// @throws IllegalStateException if no row or more than one is left
    <R extends Record> R one(Class<R> type);

    /// Returns the next row if there is one, and ends the cursor.
    Optional<SqlRow> first();

    /// Returns the rows that are left.
    List<SqlRow> toList();

    /// Returns the rows that are left as records; [SqlRow#as] says how.
    <R extends Record> List<R> toList(Class<R> type);

    /// Returns the rows that are left as arrays, in the order of the columns; a way to read columns
    /// of the same name.
    Iterator<@Nullable Object[]> raw();

    /// Returns how many rows the statement has read so far, the one ahead included: those that it
    /// returns. Cloudflare's SQLite counts also those that a scan passes over.
    long rowsRead();

    /// Returns how many rows the statement has inserted, changed and deleted, also by triggers and
    /// foreign keys; 0 until its last row was read. Cloudflare's SQLite counts also the entries of
    /// indexes.
    long rowsWritten();

    /// Returns what the function makes of each row that is left.
    <R> List<R> map(Function<? super SqlRow, ? extends R> mapper);
}
