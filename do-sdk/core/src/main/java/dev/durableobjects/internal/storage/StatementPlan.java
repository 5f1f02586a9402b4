package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.sql.PragmaStatement;
import dev.durableobjects.internal.sql.SqlGuard;
import dev.durableobjects.internal.sql.SqlStatement;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a statement will do, read from the program that SQLite compiled it to.
///
/// @param writes whether it may change the database
/// @param changesSchema whether it changes the schema, so that compiled statements grow old
/// @param home where the compiled statement is kept between its runs
record StatementPlan(boolean writes, boolean changesSchema, Home home) {

    /// Where a compiled statement is kept.
    enum Home {
        /// With the application's statements.
        APPLICATION,
        /// With ours, so that no text of an application finds one.
        RUNTIME,
        /// Nowhere: it does its work while it is compiled.
        NONE
    }

    /// A statement of ours that only reads.
    static final StatementPlan READS = new StatementPlan(false, false, Home.RUNTIME);

    /// A statement of ours that writes.
    static final StatementPlan WRITES = new StatementPlan(true, false, Home.RUNTIME);

    /// A statement of ours that changes the schema.
    static final StatementPlan DEFINES = new StatementPlan(true, true, Home.RUNTIME);

    /// Asks SQLite for the program of the statement behind it.
    static final String EXPLAIN = "EXPLAIN ";

    /// What no statement may compile to, however it is written.
    private static final Set<String> REFUSED_OPCODES = Set.of("AutoCommit", "Savepoint", "Vacuum");

    private static final Set<String> FUNCTION_OPCODES =
            Set.of(
                    "Function",
                    "PureFunc",
                    "AggStep",
                    "AggStep1",
                    "AggInverse",
                    "AggValue",
                    "AggFinal");

    private static final int TEMPORARY_DATABASE = 1;
    private static final int P2_IS_REGISTER = 16;

    /// Reads the plan of a statement whose text was admitted.
    ///
    /// @throws SQLException if SQLite cannot compile the statement
    /// @throws dev.durableobjects.sql.SqlStorageException if it compiles to something that an
    ///   object may not do
    static StatementPlan of(SqliteConnection connection, SqlStatement statement)
            throws SQLException {
        if (statement.isPragma()) {
            PragmaStatement pragma = PragmaStatement.of(statement);
            boolean writes = pragma.writes() || pragma.setsDeferral();
            return new StatementPlan(writes, pragma.writes(), Home.NONE);
        }
        if (statement.isExplained()) {
            return new StatementPlan(false, false, Home.APPLICATION);
        }
        boolean isJudged = !SqlGuard.isMaintenance(statement);
        boolean writes = false;
        boolean changesSchema = false;
        CompiledStatement explain =
                new CompiledStatement(connection, EXPLAIN + statement.text(), READS);
        try {
            for (var row = explain.first(); row != null; row = explain.next()) {
                Instruction instruction = Instruction.of(row);
                if (isJudged) {
                    instruction.admit(connection);
                }
                if (instruction.opcode.equals("VOpen")) {
                    connection.guard().admitVirtualTables(statement);
                }
                writes |= instruction.opcode.equals("Transaction") && instruction.p2 != 0;
                changesSchema |= instruction.opcode.equals("SetCookie");
            }
        } finally {
            explain.discard();
        }
        return new StatementPlan(writes, changesSchema, Home.APPLICATION);
    }

    /// A row of EXPLAIN.
    private record Instruction(String opcode, long p1, long p2, long p3, String p4, long p5) {

        static Instruction of(@Nullable Object[] row) {
            return new Instruction(
                    String.valueOf(row[1]),
                    number(row[2]),
                    number(row[3]),
                    number(row[4]),
                    String.valueOf(row[5]),
                    number(row[6]));
        }

        void admit(SqliteConnection connection) throws SQLException {
            if (REFUSED_OPCODES.contains(opcode)) {
                throw SqlGuard.notAuthorized(opcode);
            }
            if (FUNCTION_OPCODES.contains(opcode)) {
                connection.guard().admitFunction(functionName());
            }
            switch (opcode) {
                case "Transaction" -> {
                    if (p1 == TEMPORARY_DATABASE && p2 != 0) {
                        throw SqlGuard.notAuthorized("TEMP");
                    }
                }
                case "OpenRead", "OpenWrite", "ReopenIdx" -> {
                    if ((p5 & P2_IS_REGISTER) == 0 && p3 != TEMPORARY_DATABASE) {
                        admitPage(connection, p2);
                    }
                }
                case "Clear", "Destroy" -> admitPage(connection, p1);
                default -> {}
            }
        }

        private static void admitPage(SqliteConnection connection, long page) throws SQLException {
            Map<Long, RuntimeTable> own = connection.runtimeTables();
            RuntimeTable table = own.get(page);
            if (table != null) {
                throw SqlGuard.prohibited(table.firstColumn());
            }
        }

        /// From `lower(1)`, the name and the number of its arguments.
        private String functionName() {
            return p4.replaceFirst("\\(-?[0-9]+\\)$", "").toLowerCase(Locale.ROOT);
        }

        private static long number(@Nullable Object value) {
            return value instanceof Long whole ? whole : 0;
        }
    }
}
