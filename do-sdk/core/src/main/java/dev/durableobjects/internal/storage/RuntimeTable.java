package dev.durableobjects.internal.storage;

import java.util.Optional;
import java.util.stream.Stream;

/// The tables of the runtime in an object's database. An application cannot see into them.
/// Immutable.
enum RuntimeTable {
    /// Keys and values; Cloudflare's own table. A value is JSON as TEXT, or bytes as a BLOB.
    KV("_cf_KV", "key, value", "(key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID"),
    /// The migrations that were run.
    MIGRATIONS(
            "_do_migrations",
            "version, name, applied_at",
            "(version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)"),
    /// What is due at which time. The alarm has no name; a period of 0 is none.
    SCHEDULES(
            "_do_schedules",
            "name, scheduled_at, due_at, period, retries, version",
            """
            (name TEXT PRIMARY KEY, scheduled_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
                period INTEGER NOT NULL, retries INTEGER NOT NULL, version INTEGER NOT NULL)
            WITHOUT ROWID
            """);

    private final String table;
    private final String columns;
    private final String definition;

    RuntimeTable(String table, String columns, String definition) {
        this.table = table;
        this.columns = columns;
        this.definition = definition;
    }

    /// Returns the table of this name, in any case.
    static Optional<RuntimeTable> named(String name) {
        return Stream.of(values()).filter(one -> one.table.equalsIgnoreCase(name)).findFirst();
    }

    String table() {
        return table;
    }

    /// Returns the names of the columns in their order, with `, ` between.
    String columns() {
        return columns;
    }

    /// Returns the first column, as in `_cf_KV.key`.
    String firstColumn() {
        return table + "." + columns.substring(0, columns.indexOf(','));
    }

    /// Returns the statement that makes the table.
    String definition() {
        return "CREATE TABLE %s%s".formatted(table, definition);
    }
}
