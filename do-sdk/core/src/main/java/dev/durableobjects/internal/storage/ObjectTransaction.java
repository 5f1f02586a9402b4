package dev.durableobjects.internal.storage;

import dev.durableobjects.Callback;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/// The transaction of an event: begun by its first write, committed at its end, with savepoints in
/// between. It moves along when the first write gives the object a file. Only the object's thread
/// may use it.
final class ObjectTransaction {

    /// After these the database cannot be trusted any more.
    private static final Set<SQLiteErrorCode> CRITICAL =
            Set.of(
                    SQLiteErrorCode.SQLITE_IOERR,
                    SQLiteErrorCode.SQLITE_CORRUPT,
                    SQLiteErrorCode.SQLITE_NOTADB);

    private static final int PRIMARY_MASK = 0xff;
    private static final String CLIENT_SAVEPOINT = "_do_client_savepoint";

    private final SqliteStorage.ConnectionSource source;

    // Only the object's thread.
    private boolean open;
    private boolean wrote;
    private int depth;
    private boolean clientSavepoint;
    private @Nullable RuntimeException critical;

    ObjectTransaction(SqliteStorage.ConnectionSource source) {
        this.source = source;
    }

    /// Throws the error that broke the database, if one did.
    void check() {
        if (critical != null) {
            throw critical;
        }
    }

    /// Begins the transaction unless it is open, because a statement is about to write.
    void beginWrite() throws SQLException {
        begin();
        wrote = true;
    }

    private void begin() throws SQLException {
        if (!open) {
            run("BEGIN");
            open = true;
        }
    }

    /// Begins again, with all its savepoints, on the connection that is the current one now.
    /// Nothing was written on the one before.
    void moveOn() throws SQLException {
        if (open) {
            run("BEGIN");
            for (int i = 0; i < depth; i++) {
                run("SAVEPOINT " + savepoint(i));
            }
            if (clientSavepoint) {
                run("SAVEPOINT " + CLIENT_SAVEPOINT);
            }
        }
    }

    /// Returns whether a savepoint is open, of ours or of a JDBC client.
    boolean isNested() {
        return depth > 0 || clientSavepoint;
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
        boolean result = wrote;
        open = false;
        wrote = false;
        try {
            run("COMMIT");
            return result;
        } catch (SQLException e) {
            rollback(e);
            throw e;
        }
    }

    /// Runs the body inside a savepoint.
    <R extends @Nullable Object, X extends Exception> R nested(Callback<R, X> body) throws X {
        String savepoint = savepoint(depth);
        runOwn("SAVEPOINT " + savepoint);
        depth++;
        boolean complete = false;
        try {
            R result = body.run();
            check();
            complete = true;
            return result;
        } finally {
            depth--;
            if (complete) {
                runOwn("RELEASE " + savepoint);
            } else if (critical == null) {
                runOwn("ROLLBACK TO %s; RELEASE %s".formatted(savepoint, savepoint));
                forgetStatements();
            }
        }
    }

    /// Begins the transaction of a JDBC client: a savepoint, of which there is one at a time.
    void openSavepoint() throws SQLException {
        if (!clientSavepoint) {
            begin();
            run("SAVEPOINT " + CLIENT_SAVEPOINT);
            clientSavepoint = true;
        }
    }

    void releaseSavepoint() throws SQLException {
        checkSavepoint();
        clientSavepoint = false;
        run("RELEASE " + CLIENT_SAVEPOINT);
    }

    void rollbackSavepoint() throws SQLException {
        checkSavepoint();
        clientSavepoint = false;
        run("ROLLBACK TO %1$s; RELEASE %1$s".formatted(CLIENT_SAVEPOINT));
        source.current().forgetStatements();
    }

    /// Remembers an error after which the database must not be used any more: one that says so, or
    /// one at which SQLite has rolled the whole transaction back by itself.
    void noteFailure(SQLException e) {
        SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(e.getErrorCode() & PRIMARY_MASK);
        if (critical == null && (CRITICAL.contains(code) || (open && !isActive()))) {
            critical = SqlErrors.of(e);
        }
    }

    /// The driver does not tell whether a transaction is active, but a second BEGIN does: it fails.
    private boolean isActive() {
        try {
            run("BEGIN");
            run("ROLLBACK");
            return false;
        } catch (SQLException expected) {
            return true;
        }
    }

    private void rollback(SQLException cause) {
        try {
            if (isActive()) {
                run("ROLLBACK");
            }
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private void checkSavepoint() throws SQLException {
        if (!clientSavepoint) {
            throw new SQLException(
                    "no transaction is open; a transaction of a client ends with its event at the"
                            + " latest");
        }
    }

    private void runOwn(String sql) {
        try {
            begin();
            run(sql);
        } catch (SQLException e) {
            noteFailure(e);
            throw SqlErrors.of(e);
        }
    }

    private void forgetStatements() {
        try {
            source.current().forgetStatements();
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    private void run(String sql) throws SQLException {
        source.current().run(sql);
    }

    private static String savepoint(int depth) {
        return "_do_sync_savepoint_" + depth;
    }
}
