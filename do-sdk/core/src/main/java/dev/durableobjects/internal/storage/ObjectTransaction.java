package dev.durableobjects.internal.storage;

import dev.durableobjects.Callback;
import dev.durableobjects.TransactionBody;
import dev.durableobjects.sql.SqlStorageException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/// The transaction of an event: begun by its first write, committed at its end, with savepoints in
/// between. It moves along when the first write opens another connection. Only the object's thread
/// may use it.
final class ObjectTransaction {

    /// After these the database cannot be trusted any more.
    private static final Set<SQLiteErrorCode> CRITICAL =
            Set.of(
                    SQLiteErrorCode.SQLITE_IOERR,
                    SQLiteErrorCode.SQLITE_CORRUPT,
                    SQLiteErrorCode.SQLITE_NOTADB);

    private static final int PRIMARY_MASK = 0xff;

    private static final System.Logger LOGGER = System.getLogger(ObjectTransaction.class.getName());

    private final SqliteStorage.ConnectionSource source;

    // Only the object's thread.
    private final List<Savepoint> savepoints = new ArrayList<>();
    private final ClientTransaction client = new ClientTransaction(this);
    private final StatementLeases leases = new StatementLeases();
    private boolean open;
    private Written written = Written.NOTHING;
    private boolean allowsUnconfirmed;
    private boolean cleared;

    /// Who closes the database reads it, too.
    private volatile @Nullable RuntimeException critical;

    ObjectTransaction(SqliteStorage.ConnectionSource source) {
        this.source = source;
    }

    /// Throws the error that broke the database, if one did.
    void check() {
        if (critical != null) {
            throw critical;
        }
    }

    /// Returns whether an error has broken the database.
    boolean isCritical() {
        return critical != null;
    }

    /// Returns the error that broke the database, null if none did.
    @Nullable RuntimeException critical() {
        return critical;
    }

    /// Checks that what was written can be committed.
    void checkMayCommit() {
        if (critical != null) {
            throw new IllegalStateException(
                    "Cannot commit transaction due to an earlier SQL critical error", critical);
        }
    }

    /// Checks that the calling thread may use the database now.
    void checkThread() {
        source.checkThread();
    }

    /// Begins the transaction unless it is open, because a statement is about to write.
    void beginWrite() throws SQLException {
        begin();
        if (!allowsUnconfirmed) {
            written = Written.CONFIRMED;
        } else if (written == Written.NOTHING) {
            written = Written.UNCONFIRMED;
        }
    }

    private void begin() throws SQLException {
        if (!open) {
            source.beforeTransaction();
            source.current().runKept("BEGIN");
            open = true;
        }
    }

    /// Runs writes for which nothing that leaves the object waits.
    <R extends @Nullable Object, X extends Exception> R unconfirmed(Callback<R, X> writes)
            throws X {
        boolean before = allowsUnconfirmed;
        allowsUnconfirmed = true;
        try {
            return writes.run();
        } finally {
            allowsUnconfirmed = before;
        }
    }

    /// Begins again, with all its savepoints, on the connection that is the current one now.
    /// Nothing was written on the one before.
    void moveOn() throws SQLException {
        if (open) {
            run("BEGIN");
            for (Savepoint savepoint : savepoints) {
                run("SAVEPOINT " + savepoint.name());
            }
        }
    }

    /// Checks that no `transaction` is open: nothing of one is durable before its end.
    void checkMaySync() {
        if (isSpanning()) {
            throw new IllegalStateException(
                    "the body of a transaction may not sync: nothing of it is durable before its"
                            + " end");
        }
    }

    /// Checks that no savepoint is open.
    void checkMayDeleteAll() {
        if (isNested()) {
            throw new IllegalStateException("Cannot call deleteAll() within a transaction");
        }
    }

    /// Checks that no savepoint is open that other events must not see.
    void checkMayWait() {
        for (Savepoint savepoint : savepoints) {
            if (!savepoint.isSpanning()) {
                throw new IllegalStateException(
                        "the body of a transaction may not call other objects, await or sync:"
                                + " other events would see a half of it; do that before or after");
            }
        }
    }

    /// Returns whether a savepoint is open that spans what the event waits for.
    boolean isSpanning() {
        for (Savepoint savepoint : savepoints) { // Asked with every event: no stream.
            if (savepoint.isSpanning()) {
                return true;
            }
        }
        return false;
    }

    /// Returns the transaction of DbClient.
    ClientTransaction client() {
        return client;
    }

    /// Returns what clients of JDBC have prepared in the event.
    StatementLeases leases() {
        return leases;
    }

    /// Returns whether the transaction has begun.
    boolean isBegun() {
        return open;
    }

    /// Returns whether this savepoint is open.
    boolean isOpen(Savepoint savepoint) {
        return savepoints.contains(savepoint);
    }

    /// Returns whether this savepoint, which is open, has none inside it.
    @SuppressWarnings("ReferenceEquality") // Savepoints have no other identity.
    boolean isInnermost(Savepoint savepoint) {
        return savepoints.getLast() == savepoint;
    }

    /// Returns whether any savepoint is open.
    boolean isNested() {
        return !savepoints.isEmpty();
    }

    /// Commits what the event wrote, unless it belongs to a transaction that spans it.
    ///
    /// @throws SQLException if it cannot be committed; then nothing of it remains
    Written commit() throws SQLException {
        check();
        rollbackClient();
        if (!open || isSpanning()) {
            return Written.NOTHING;
        }
        Written result = written;
        SqliteConnection connection = source.current();
        end();
        try {
            connection.runKept("COMMIT");
        } catch (SQLException e) {
            rollbackAfter(e);
            throw e;
        }
        if (cleared) {
            cleared = false;
            shrink(connection);
        }
        return result;
    }

    /// What was committed is committed: pages that are not given back are used again later.
    private void shrink(SqliteConnection connection) {
        try {
            connection.vacuum();
        } catch (SQLException e) {
            noteFailure(e);
            LOGGER.log(System.Logger.Level.WARNING, "free pages could not be given back", e);
        }
    }

    /// Undoes what a client has left open in the event that ends.
    void rollbackClient() throws SQLException {
        int inside = savepoints.size();
        while (inside > 0 && !savepoints.get(inside - 1).isSpanning()) {
            inside--;
        }
        if (inside < savepoints.size()) {
            rollback(savepoints.get(inside));
        }
    }

    /// Undoes everything that the event has written.
    void rollback() throws SQLException {
        if (open) {
            end();
            run("ROLLBACK");
            source.current().forgetStatements();
        }
    }

    /// Gives the pages back that are free after the commit.
    void shrinkAfterwards() {
        cleared = true;
    }

    private void end() {
        open = false;
        written = Written.NOTHING;
    }

    /// Runs the body inside a savepoint.
    <R extends @Nullable Object, X extends Exception> R nested(Callback<R, X> body) throws X {
        return BodyTransaction.run(this, Savepoint.Kind.SYNCHRONOUS, txn -> body.run());
    }

    /// Runs the body inside a savepoint that stays open while the event waits for something.
    <R extends @Nullable Object, X extends Exception> R spanning(TransactionBody<R, X> body)
            throws X {
        return BodyTransaction.run(this, Savepoint.Kind.SPANNING, body);
    }

    /// Begins a transaction inside the event's.
    Savepoint openSavepoint(Savepoint.Kind kind) throws SQLException {
        begin();
        Savepoint savepoint = new Savepoint(kind, "_do_savepoint_" + savepoints.size(), written);
        run("SAVEPOINT " + savepoint.name());
        savepoints.add(savepoint);
        return savepoint;
    }

    /// Ends a savepoint, and those inside it; what they wrote stays.
    void release(Savepoint savepoint) throws SQLException {
        forget(savepoint);
        run("RELEASE " + savepoint.name());
    }

    /// Ends a savepoint, and those inside it; what they wrote is undone.
    void rollback(Savepoint savepoint) throws SQLException {
        forget(savepoint);
        run("ROLLBACK TO %1$s; RELEASE %1$s".formatted(savepoint.name()));
        source.current().forgetStatements();
        if (written == Written.CONFIRMED && savepoint.before() != Written.CONFIRMED) {
            written = Written.UNCONFIRMED; // There is a commit, and nothing in it to wait for.
        }
    }

    /// Undoes what was begun inside a savepoint and is still open.
    void rollbackInside(Savepoint savepoint) throws SQLException {
        int inside = savepoints.indexOf(savepoint) + 1;
        if (inside < savepoints.size()) {
            rollback(savepoints.get(inside));
        }
    }

    /// Takes a savepoint, and those inside it, for ended.
    void forget(Savepoint savepoint) {
        savepoints.subList(savepoints.indexOf(savepoint), savepoints.size()).clear();
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

    private void rollbackAfter(SQLException cause) {
        try {
            if (isActive()) {
                run("ROLLBACK");
            }
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /// Returns the API's exception for an error after which nobody knows what the file holds: the
    /// database is not used any more.
    SqlStorageException fatal(SQLException e) {
        SqlStorageException failure = SqlErrors.of(e);
        critical = critical == null ? failure : critical;
        return failure;
    }

    /// Returns the API's exception for an error, and remembers it if it ends the transaction.
    RuntimeException failed(SQLException e) {
        noteFailure(e);
        return SqlErrors.of(e);
    }

    private void run(String sql) throws SQLException {
        source.current().run(sql);
    }
}
