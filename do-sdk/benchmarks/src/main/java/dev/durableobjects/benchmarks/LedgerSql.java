package dev.durableobjects.benchmarks;

/// The statements that all ledgers run.
final class LedgerSql {

    static final int ROWS = 1_000;

    static final String CREATE =
            "CREATE TABLE entry (id INTEGER PRIMARY KEY, name TEXT NOT NULL, amount INTEGER)";

    static final String POINT = "SELECT name FROM entry WHERE id = ?";

    static final String SCAN = "SELECT name, amount FROM entry";

    static final String UPSERT =
            """
            INSERT INTO entry (id, name, amount) VALUES (?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET amount = excluded.amount
            """;

    /// As the SDK's own table of keys and values, which nobody else may use.
    static final String CREATE_PAIR =
            "CREATE TABLE pair (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID";

    static final String GET = "SELECT value FROM pair WHERE key = ?";

    static final String PUT =
            """
            INSERT INTO pair VALUES (?, ?)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value
            """;

    private LedgerSql() {}

    static long id(int turn) {
        return 1L + turn % ROWS;
    }

    static String key(int turn) {
        return "key " + id(turn);
    }

    static String name(long id) {
        return "entry number " + id;
    }
}
