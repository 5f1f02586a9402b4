package dev.durableobjects.internal.storage;

import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a statement will do, read from the program that SQLite compiled it to.
///
/// @param writes whether it may change the database
/// @param changesSchema whether it changes the schema, so that compiled statements grow old
record StatementPlan(boolean writes, boolean changesSchema) {

    /// A statement that only reads, known without looking.
    static final StatementPlan READS = new StatementPlan(false, false);

    private static final Set<String> REFUSED =
            Set.of(
                    "BEGIN",
                    "COMMIT",
                    "END",
                    "ROLLBACK",
                    "SAVEPOINT",
                    "RELEASE",
                    "ATTACH",
                    "DETACH",
                    "VACUUM",
                    "PRAGMA");

    private static final Set<String> TRANSACTION =
            Set.of("BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE");

    /// What the words above compile to, however they are written.
    private static final Set<String> REFUSED_OPCODES = Set.of("AutoCommit", "Savepoint", "Vacuum");

    /// Columns of EXPLAIN's result.
    private static final int OPCODE = 1;

    private static final int P2 = 3;

    /// Refuses what an object may not run.
    ///
    /// @throws IllegalArgumentException naming the statement and what to use instead
    static void admit(String statement) {
        String keyword = SqlText.firstKeyword(statement);
        if (TRANSACTION.contains(keyword)) {
            throw new IllegalArgumentException(
                    ("%s is refused: an event is a transaction already; to undo a part of it, use"
                                    + " storage.transactionSync()")
                            .formatted(keyword));
        }
        if (REFUSED.contains(keyword)) {
            throw new IllegalArgumentException("not authorized: %s".formatted(keyword));
        }
    }

    /// Reads the plan of a statement that was admitted.
    ///
    /// @throws SQLException if SQLite cannot compile the statement
    /// @throws IllegalArgumentException if it compiles to something that an object may not do
    static StatementPlan of(SqliteConnection connection, String statement) throws SQLException {
        if (SqlText.firstKeyword(statement).equals("EXPLAIN")) {
            return READS;
        }
        boolean writes = false;
        boolean changesSchema = false;
        CompiledStatement explain =
                new CompiledStatement(connection, "EXPLAIN " + statement, READS);
        try {
            for (boolean more = explain.start(); more; more = explain.step()) {
                @Nullable Object[] row = explain.row();
                String opcode = String.valueOf(row[OPCODE]);
                if (REFUSED_OPCODES.contains(opcode)) {
                    throw new IllegalArgumentException("not authorized: " + opcode);
                }
                writes |= opcode.equals("Transaction") && !Long.valueOf(0).equals(row[P2]);
                changesSchema |= opcode.equals("SetCookie");
            }
        } finally {
            explain.discard();
        }
        return new StatementPlan(writes, changesSchema);
    }
}
