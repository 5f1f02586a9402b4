package dev.durableobjects.internal.sql;

/// The limits that SQLite itself keeps for a connection, as `sqlite3_limit` names them. Immutable.
public enum SqlLimit {
    /// Bytes of a string, a BLOB or a row.
    LENGTH(0),
    /// Bytes of an SQL text.
    SQL_LENGTH(1),
    /// Columns of a table, an index or a result.
    COLUMN(2),
    /// Depth of an expression.
    EXPR_DEPTH(3),
    /// Terms of a compound SELECT.
    COMPOUND_SELECT(4),
    /// Instructions of a compiled statement.
    VDBE_OP(5),
    /// Arguments of a function.
    FUNCTION_ARG(6),
    /// Attached databases.
    ATTACHED(7),
    /// Bytes of the pattern of LIKE and GLOB.
    LIKE_PATTERN_LENGTH(8),
    /// The highest number of a binding.
    VARIABLE_NUMBER(9),
    /// Triggers that cause each other.
    TRIGGER_DEPTH(10),
    /// Threads that help a statement.
    WORKER_THREADS(11);

    private final int id;

    SqlLimit(int id) {
        this.id = id;
    }

    /// Returns the number that SQLite has for the limit.
    public int id() {
        return id;
    }
}
