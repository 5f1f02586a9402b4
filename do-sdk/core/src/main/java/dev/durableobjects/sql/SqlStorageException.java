package dev.durableobjects.sql;

import org.jspecify.annotations.Nullable;

/// SQLite refused a statement.
///
/// The message is SQLite's own, followed by the name of the result code as in `UNIQUE constraint
/// failed: t.id: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_PRIMARYKEY)`. The failing statement
/// had no effect; the event's transaction goes on. Immutable.
public final class SqlStorageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int code;

    /// Makes an exception with SQLite's extended result code.
    public SqlStorageException(String message, int code, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /// Returns SQLite's extended result code, for example 1555 for `SQLITE_CONSTRAINT_PRIMARYKEY`.
    public int code() {
        return code;
    }
}
