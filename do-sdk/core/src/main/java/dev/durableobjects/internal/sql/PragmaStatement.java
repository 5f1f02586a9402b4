package dev.durableobjects.internal.sql;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A `PRAGMA [schema.]name [= value | (value)]`. Immutable.
///
/// @param name in lower case
/// @param value in lower case and without quotes, null if there is none
/// @param isWellFormed whether it has this form, and no schema but `main`
public record PragmaStatement(String name, @Nullable String value, boolean isWellFormed) {

    /// The one that writes without a value: it analyzes tables.
    static final String OPTIMIZE = "optimize";

    private static final Set<String> BOOLEANS =
            Set.of("true", "false", "yes", "no", "on", "off", "1", "0");

    /// What may stand behind the name of a PRAGMA.
    enum Argument {
        /// Nothing: it can only be read.
        NONE,
        /// A boolean sets it.
        BOOLEAN,
        /// A whole number sets it, in the file.
        STORED_NUMBER,
        /// A name of a table or an index.
        NAME,
        /// A name, a number, or nothing.
        ANY
    }

    /// Reads a statement that begins with PRAGMA.
    public static PragmaStatement of(SqlStatement statement) {
        List<SqlToken> tokens = statement.tokens();
        int at = 1;
        if (tokens.size() > at + 2 && tokens.get(at).is("main") && tokens.get(at + 1).is('.')) {
            at += 2;
        }
        if (at >= tokens.size() || !tokens.get(at).mayBeName()) {
            return new PragmaStatement("", null, false);
        }
        String name = tokens.get(at).lower();
        List<SqlToken> rest = tokens.subList(at + 1, tokens.size());
        if (rest.isEmpty()) {
            return new PragmaStatement(name, null, true);
        }
        boolean isCall = rest.getFirst().is('(') && rest.getLast().is(')');
        boolean isWellFormed = isCall || rest.getFirst().is('=');
        List<SqlToken> value = rest.subList(1, isCall ? rest.size() - 1 : rest.size());
        boolean isSigned =
                value.size() == 2 && (value.getFirst().is('-') || value.getFirst().is('+'));
        isWellFormed &= value.size() == 1 || isSigned;
        return new PragmaStatement(
                name, value.isEmpty() ? "" : value.getLast().lower(), isWellFormed);
    }

    /// Returns whether it switches something of the connection.
    public boolean isSwitch() {
        return SqlRules.SWITCHES.contains(name) && value != null;
    }

    /// Returns whether it does nothing inside of a transaction.
    public boolean needsNoTransaction() {
        return name.equals("foreign_keys");
    }

    /// Returns whether it makes the transaction check foreign keys at its end.
    public boolean setsDeferral() {
        return name.equals("defer_foreign_keys") && value != null;
    }

    /// Returns whether it writes to the file.
    public boolean writes() {
        boolean stores = SqlRules.STORED.contains(name) && value != null;
        return stores || name.equals(OPTIMIZE);
    }

    /// Judges it.
    ///
    /// @throws dev.durableobjects.sql.SqlStorageException if it is refused
    void admit(Map<String, Argument> allowed) {
        Argument argument = allowed.get(name);
        if (argument == null || !isWellFormed || !fits(argument)) {
            throw SqlGuard.notAuthorized("PRAGMA " + name);
        }
    }

    private boolean fits(Argument argument) {
        return switch (argument) {
            case NONE -> value == null;
            case BOOLEAN -> value == null || BOOLEANS.contains(value);
            case STORED_NUMBER -> value == null || value.matches("[0-9]+");
            case NAME -> value != null && !SqlGuard.isReserved(value);
            case ANY -> value == null || !SqlGuard.isReserved(value);
        };
    }
}
