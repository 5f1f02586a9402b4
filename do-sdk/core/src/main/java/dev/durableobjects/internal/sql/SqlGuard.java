package dev.durableobjects.internal.sql;

import dev.durableobjects.sql.SqlPolicy;
import dev.durableobjects.sql.SqlStorageException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Judges what SQL an object may run: first its text, before SQLite sees it, and then the functions
/// and operations that SQLite compiled it to, which show also what views and triggers do.
/// Immutable.
public final class SqlGuard {

    private static final int SQLITE_AUTH = 23;

    private static final Set<String> DEFINITIONS = Set.of("CREATE", "ALTER", "DROP");

    /// SQLite writes these statements itself, with functions that nobody else can call, and they go
    /// over all tables.
    private static final Set<String> MAINTENANCE = Set.of("ALTER", "ANALYZE", "REINDEX");

    private static final SqlGuard CLOUDFLARE = new SqlGuard(SqlRules.cloudflare());
    private static final SqlGuard OPEN = new SqlGuard(SqlRules.open());

    private final SqlRules rules;

    private SqlGuard(SqlRules rules) {
        this.rules = rules;
    }

    /// Returns the guard of a policy.
    public static SqlGuard of(SqlPolicy policy) {
        return switch (policy) {
            case CLOUDFLARE -> CLOUDFLARE;
            case OPEN -> OPEN;
        };
    }

    /// Returns the limits that SQLite itself keeps.
    public Map<SqlLimit, Integer> limits() {
        return rules.limits();
    }

    /// Judges the text of a statement.
    ///
    /// @throws SqlStorageException if it is refused, before anything of it was run
    public void admit(SqlStatement statement) {
        String keyword = statement.keyword();
        switch (keyword) {
            case "BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE" ->
                    throw useTransaction(keyword);
            case "ATTACH", "DETACH", "VACUUM" -> throw notAuthorized(keyword);
            case "PRAGMA" -> PragmaStatement.of(statement).admit(rules.pragmas());
            default -> {
                boolean isDefinition = DEFINITIONS.contains(keyword);
                if (isDefinition) {
                    admitDefinition(statement);
                }
                admitPragmaTables(statement, isDefinition);
            }
        }
    }

    /// Judges a statement that reads tables which no database has: of what is no name elsewhere, a
    /// text in quotes, SQLite makes the name of a table.
    ///
    /// @throws SqlStorageException if it is refused
    public void admitVirtualTables(SqlStatement statement) {
        admitPragmaTables(statement, true);
    }

    /// Returns whether only the text of a statement is judged, and not what it compiles to.
    public static boolean isMaintenance(SqlStatement statement) {
        return MAINTENANCE.contains(statement.keyword());
    }

    /// Judges a function that a statement calls.
    ///
    /// @throws SqlStorageException if it is refused
    public void admitFunction(String name) {
        if (!rules.allowsFunction(name)) {
            throw refusal("not authorized to use function: %s: SQLITE_AUTH".formatted(name));
        }
    }

    /// Returns the exception for something that no object may do.
    ///
    /// @param what the keyword, name or operation
    public static SqlStorageException notAuthorized(String what) {
        return refusal("not authorized: SQLITE_AUTH (%s)".formatted(what));
    }

    /// Returns the exception for the use of a table of the runtime.
    ///
    /// @param column as in `_cf_KV.key`
    public static SqlStorageException prohibited(String column) {
        return refusal("access to %s is prohibited: SQLITE_AUTH".formatted(column));
    }

    /// Returns whether a name is one that only the runtime gives to its tables.
    static boolean isReserved(String name) {
        String lower = name.toLowerCase(Locale.ROOT) + "_"; // A virtual table adds to its name.
        return lower.startsWith("_cf_") || lower.startsWith("_do_");
    }

    private void admitDefinition(SqlStatement statement) {
        for (SqlToken token : statement.tokens()) {
            if (token.mayBeName() && isReserved(token.text())) {
                throw notAuthorized(token.text());
            }
        }
        if (statement.tokens().size() > 1) {
            SqlToken kind = statement.tokens().get(1);
            if (kind.is("TEMP") || kind.is("TEMPORARY")) {
                throw notAuthorized("TEMP");
            }
            if (kind.is("VIRTUAL")) {
                admitModule(statement);
            }
        }
    }

    private void admitModule(SqlStatement statement) {
        boolean isNext = false;
        for (SqlToken token : statement.tokens()) {
            if (isNext) {
                if (!rules.allowsModule(token.lower())) {
                    throw notAuthorized("USING " + token.text());
                }
                return;
            }
            isNext = token.is("USING");
        }
    }

    /// PRAGMAs that only read are tables too: `pragma_table_info('seats')`.
    ///
    /// @param hasTextAsName whether a text in quotes may be the name of a table
    private void admitPragmaTables(SqlStatement statement, boolean hasTextAsName) {
        for (SqlToken token : statement.tokens()) {
            boolean isName = hasTextAsName || token.kind() != SqlToken.Kind.STRING;
            if (isName && token.mayBeName() && !rules.allowsTable(token.lower())) {
                throw notAuthorized(token.text());
            }
        }
    }

    private static SqlStorageException useTransaction(String keyword) {
        return refusal(
                ("To execute a transaction, please use the state.storage.transaction() or"
                                + " state.storage.transactionSync() APIs instead of the SQL %s"
                                + " statement. They roll back when their body throws, and know that"
                                + " the event itself is a transaction already.")
                        .formatted(keyword));
    }

    private static SqlStorageException refusal(String message) {
        return new SqlStorageException(message, SQLITE_AUTH, null);
    }
}
