package dev.durableobjects.internal.storage;

import java.util.List;

/// Drops everything in a database, within the event's transaction. Only the object's thread may use
/// it.
final class Emptying {

    /// Virtual tables come first, for they drop tables of their own.
    private static final String TABLES =
            """
            SELECT name, type FROM sqlite_schema
            WHERE type IN ('table', 'view') AND name NOT IN ('sqlite_sequence', 'sqlite_schema')
            ORDER BY rootpage > 0, type = 'table', rowid DESC
            """;

    private final SqliteStorage sql;

    Emptying(SqliteStorage sql) {
        this.sql = sql;
    }

    void run() {
        // Whether a row still has its parent is asked at the end, when there are none.
        sql.execOwn("PRAGMA defer_foreign_keys = ON", ONCE);
        for (List<Row> left = tables(); !left.isEmpty(); left = tables()) {
            Row first = left.getFirst();
            String name = first.name().replace("\"", "\"\"");
            sql.execOwn("DROP %s \"%s\"".formatted(first.type(), name), ONCE);
        }
        if (hasSequences()) {
            sql.execOwn("DELETE FROM sqlite_sequence", ONCE);
        }
        sql.execOwn("PRAGMA defer_foreign_keys = OFF", ONCE);
    }

    private static final StatementPlan ONCE =
            new StatementPlan(true, true, StatementPlan.Home.NONE);

    private List<Row> tables() {
        return sql.execOwn(TABLES, StatementPlan.READS).toList(Row.class);
    }

    private boolean hasSequences() {
        return sql.execOwn(
                        "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'",
                        StatementPlan.READS)
                .hasNext();
    }

    /// A table or a view.
    private record Row(String name, String type) {}
}
