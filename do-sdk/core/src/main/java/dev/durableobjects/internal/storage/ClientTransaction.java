package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.storage.ObjectTransaction.Savepoint;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// The transaction of a JDBC connection: a savepoint inside the event's. It ends with the event at
/// the latest, undone. Only the object's thread may use it.
final class ClientTransaction {

    private final ObjectTransaction transaction;
    private @Nullable Savepoint savepoint;

    ClientTransaction(ObjectTransaction transaction) {
        this.transaction = transaction;
    }

    /// Begins it, unless it is open.
    void begin() throws SQLException {
        if (savepoint == null || !transaction.isOpen(savepoint)) {
            savepoint = transaction.openSavepoint(Savepoint.Kind.CLIENT);
        }
    }

    /// Ends it.
    ///
    /// @throws SQLException if it is not open
    void commit() throws SQLException {
        transaction.release(taken());
    }

    /// Ends it and undoes what was written in it.
    ///
    /// @throws SQLException if it is not open
    void rollback() throws SQLException {
        transaction.rollback(taken());
    }

    /// Undoes what was written in it, if it is open.
    void rollbackIfOpen() throws SQLException {
        Savepoint open = savepoint;
        savepoint = null;
        if (open != null && transaction.isOpen(open)) {
            transaction.rollback(open);
        }
    }

    private Savepoint taken() throws SQLException {
        Savepoint open = savepoint;
        savepoint = null;
        if (open == null || !transaction.isOpen(open)) {
            throw new SQLException(
                    "no transaction is open; a transaction of a client ends with its event at the"
                            + " latest");
        }
        return open;
    }
}
