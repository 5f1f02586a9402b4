package dev.durableobjects.internal.storage;

import dev.durableobjects.DurableObjectStorage.Body;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/// The transaction of an event: begun by its first write, committed at its end, with savepoints in
/// between. Only the object's thread may use it.
final class ObjectTransaction {

    /// After these, SQLite has rolled the whole transaction back, or cannot be trusted any more.
    private static final Set<SQLiteErrorCode> CRITICAL =
            Set.of(
                    SQLiteErrorCode.SQLITE_FULL,
                    SQLiteErrorCode.SQLITE_IOERR,
                    SQLiteErrorCode.SQLITE_NOMEM,
                    SQLiteErrorCode.SQLITE_INTERRUPT,
                    SQLiteErrorCode.SQLITE_CORRUPT,
                    SQLiteErrorCode.SQLITE_NOTADB);

    private static final int PRIMARY_MASK = 0xff;

    private final SqliteConnection connection;
    private boolean open;
    private int depth;
    private boolean clientSavepoint;
    private @Nullable RuntimeException critical;

    ObjectTransaction(SqliteConnection connection) {
        this.connection = connection;
    }

    /// Throws the error that broke the database, if one did.
    void check() {
        if (critical != null) {
            throw critical;
        }
    }

    /// Begins the transaction unless it is open.
    void begin() throws SQLException {
        if (!open) {
            connection.run("BEGIN IMMEDIATE");
            open = true;
        }
    }

    /// Returns whether a savepoint is open.
    boolean isNested() {
        return depth > 0;
    }

    /// Commits what the event wrote.
    ///
    /// @return whether it wrote anything
    /// @throws SQLException if it cannot be committed; then nothing of it remains
    boolean commit() throws SQLException {
        check();
        if (clientSavepoint) {
            rollbackSavepoint();
        }
        if (!open) {
            return false;
        }
        open = false;
        try {
            connection.run("COMMIT");
            return true;
        } catch (SQLException e) {
            connection.run("ROLLBACK");
            throw e;
        }
    }

    /// Runs the body inside a savepoint.
    <R, X extends Exception> R nested(Body<R, X> body) throws X {
        String savepoint = "_do_sync_savepoint_" + depth;
        runOwn("SAVEPOINT " + savepoint, true);
        depth++;
        boolean complete = false;
        try {
            R result = body.run();
            complete = true;
            return result;
        } finally {
            depth--;
            if (complete) {
                check();
                runOwn("RELEASE " + savepoint, false);
            } else if (critical == null) {
                runOwn("ROLLBACK TO %s; RELEASE %s".formatted(savepoint, savepoint), false);
                forgetStatements();
            }
        }
    }

    /// Begins the transaction of a JDBC client: a savepoint, of which there is one at a time.
    void openSavepoint() throws SQLException {
        if (!clientSavepoint) {
            begin();
            connection.run("SAVEPOINT _do_client");
            clientSavepoint = true;
        }
    }

    void releaseSavepoint() throws SQLException {
        if (clientSavepoint) {
            clientSavepoint = false;
            connection.run("RELEASE _do_client");
        }
    }

    void rollbackSavepoint() throws SQLException {
        if (clientSavepoint) {
            clientSavepoint = false;
            connection.run("ROLLBACK TO _do_client; RELEASE _do_client");
            connection.forgetStatements();
        }
    }

    /// Remembers an error after which the database must not be used any more.
    void noteFailure(SQLException e) {
        SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(e.getErrorCode() & PRIMARY_MASK);
        if (critical == null && CRITICAL.contains(code)) {
            critical = SqlErrors.of(e);
        }
    }

    private void runOwn(String sql, boolean begins) {
        try {
            if (begins) {
                begin();
            }
            connection.run(sql);
        } catch (SQLException e) {
            throw connection.failed(e);
        }
    }

    private void forgetStatements() {
        try {
            connection.forgetStatements();
        } catch (SQLException e) {
            throw connection.failed(e);
        }
    }
}
