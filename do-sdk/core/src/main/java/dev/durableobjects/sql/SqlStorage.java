package dev.durableobjects.sql;

import org.jspecify.annotations.Nullable;

/// Runs SQL on the object's own database.
///
/// Statements run on the calling thread without I/O to anywhere else. The first write of an event
/// begins a transaction that the end of the event commits, so BEGIN, COMMIT, SAVEPOINT and their
/// like are refused. Only the object's thread may use it.
public interface SqlStorage {

    /// Runs one or more SQL statements and returns a cursor over the rows of the last.
    ///
    /// All but the last run to their end at once. The last runs up to its first row, so an INSERT,
    /// UPDATE or DELETE without RETURNING is complete when this returns, even if the cursor is
    /// dropped. Placeholders belong to the last statement and are bound by position.
    ///
    /// @param sql the text; compiled statements are cached by it
    /// @param bindings null (a single null is one binding), `Boolean` (1 or 0), `Byte`, `Short`,
    ///   `Integer`, `Long`, `Float`, `Double`, `String`, `byte[]`, `Enum` (its name), `UUID` and
    ///   `BigDecimal` (text), or `Instant` (milliseconds since the epoch). SQLite stores a NaN as
    ///   NULL
    /// @throws SqlStorageException if SQLite refuses a statement; earlier statements of the text
    ///   and of the event stay. With `SQLITE_AUTH`, if an object may not run a statement of the
    ///   text; what its words show is refused before anything of the text was run, functions and
    ///   tables of the runtime when their statement is compiled
    /// @throws IllegalArgumentException if the number or a type of the bindings is wrong, or if a
    ///   statement is empty. A comment after the last semicolon counts as an empty statement:
    ///   `INSERT ...; -- done` runs the INSERT, keeps its effect, and then throws
    SqlCursor exec(String sql, @Nullable Object @Nullable ... bindings);

    /// Returns the size of the database in bytes: its pages in use times the page size.
    long databaseSize();
}
