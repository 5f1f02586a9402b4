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

    private LedgerSql() {}

    static long id(int turn) {
        return 1L + turn % ROWS;
    }

    static String name(long id) {
        return "entry number " + id;
    }
}
