package dev.durableobjects.internal.storage;

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
    /// @throws SQLException if it is not open, or if one inside it is
    void commit() throws SQLException {
        transaction.release(open());
        savepoint = null;
    }

    /// Ends it and undoes what was written in it.
    ///
    /// @throws SQLException if it is not open, or if one inside it is
    void rollback() throws SQLException {
        transaction.rollback(open());
        savepoint = null;
    }

    /// Returns whether it is open.
    boolean isOpen() {
        return savepoint != null && transaction.isOpen(savepoint);
    }

    private Savepoint open() throws SQLException {
        Savepoint known = savepoint;
        if (known == null || !transaction.isOpen(known)) {
            throw new SQLException(
                    "no transaction is open; a transaction of a client ends with its event at the"
                            + " latest");
        }
        if (!transaction.isInnermost(known)) {
            throw new SQLException(
                    "a transaction that was begun inside this one is still open, by another"
                            + " connection or by transactionSync; it must end first");
        }
        return known;
    }
}
