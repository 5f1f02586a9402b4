package dev.durableobjects.internal.storage;

import dev.durableobjects.sql.SqlStorageException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Puts the driver's errors into the words of the API. Stateless.
final class SqlErrors {

    /// The driver writes `[CODE] generic words (SQLite's message)`; a function may be among the
    /// words: `sqlite3_interrupt()`.
    private static final Pattern DRIVER_MESSAGE =
            Pattern.compile("\\[\\w+\\]\\s+(?:[^(]|\\(\\))*\\((.*)\\)", Pattern.DOTALL);

    private static final int PRIMARY_MASK = 0xff;

    private SqlErrors() {}

    /// Returns the API's exception for one of the driver.
    static SqlStorageException of(SQLException e) {
        return of(e, "");
    }

    /// Returns the API's exception for a statement that was stopped because it ran too long.
    static SqlStorageException timedOut(SQLException e) {
        return of(e, "the statement ran longer than Limit.STATEMENT_SECONDS and was stopped: ");
    }

    /// Returns whether an error says that the file is not what SQLite has written.
    static boolean isDamage(SQLException e) {
        return isDamage(e.getErrorCode());
    }

    /// Returns whether a result code says so.
    static boolean isDamage(int resultCode) {
        SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(resultCode & PRIMARY_MASK);
        return code == SQLiteErrorCode.SQLITE_CORRUPT || code == SQLiteErrorCode.SQLITE_NOTADB;
    }

    /// Returns whether an error says that something was not done because a statement is running.
    static boolean isLocked(int code) {
        return (code & PRIMARY_MASK) == SQLiteErrorCode.SQLITE_LOCKED.code;
    }

    /// Returns the refusal to stop a statement from another thread: the driver's way is not safe
    /// while the object leaves memory, and could hit the next statement.
    static SQLFeatureNotSupportedException noCancel() {
        return new SQLFeatureNotSupportedException(
                "cancel: a statement ends by itself after Limit.STATEMENT_SECONDS");
    }

    private static SqlStorageException of(SQLException e, String prefix) {
        if (!(e instanceof SQLiteException sqlite)) {
            return new SqlStorageException(prefix + e.getMessage(), e.getErrorCode(), e);
        }
        SQLiteErrorCode code = sqlite.getResultCode();
        SQLiteErrorCode primary = SQLiteErrorCode.getErrorCode(code.code & PRIMARY_MASK);
        String suffix =
                primary == code
                        ? code.name()
                        : "%s (extended: %s)".formatted(primary.name(), code.name());
        return new SqlStorageException(prefix + inner(e) + ": " + suffix, code.code, e);
    }

    private static String inner(SQLException e) {
        String message = String.valueOf(e.getMessage());
        Matcher matcher = DRIVER_MESSAGE.matcher(message);
        return matcher.matches() ? matcher.group(1) : message;
    }
}
