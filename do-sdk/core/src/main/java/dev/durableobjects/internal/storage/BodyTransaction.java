package dev.durableobjects.internal.storage;

import dev.durableobjects.TransactionBody;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// The transaction of a body that an application passes to `transaction` or `transactionSync`: a
/// savepoint inside the event's. It ends with the body, undone if the body throws. Only the
/// object's thread may use it.
final class BodyTransaction {

    private final ObjectTransaction transaction;
    private final Savepoint savepoint;

    /// How the body ended; empty while it runs.
    private String ending = "";

    private BodyTransaction(ObjectTransaction transaction, Savepoint savepoint) {
        this.transaction = transaction;
        this.savepoint = savepoint;
    }

    /// Runs a body inside a savepoint.
    static <R extends @Nullable Object, X extends Exception> R run(
            ObjectTransaction transaction, Savepoint.Kind kind, TransactionBody<R, X> body)
            throws X {
        transaction.check();
        BodyTransaction inside;
        try {
            inside = new BodyTransaction(transaction, transaction.openSavepoint(kind));
        } catch (SQLException e) {
            throw transaction.failed(e);
        }
        return inside.run(body);
    }

    private <R extends @Nullable Object, X extends Exception> R run(TransactionBody<R, X> body)
            throws X {
        R result;
        try {
            result = body.run(this::rollbackByApplication);
            transaction.checkMayCommit();
        } catch (Throwable failure) {
            endAfter(failure);
            throw failure;
        }
        end(true);
        return result;
    }

    /// If what the body wrote cannot be undone, that is the failure, and the body's is told with
    /// it.
    private void endAfter(Throwable failure) {
        try {
            end(false);
        } catch (RuntimeException | Error e) {
            e.addSuppressed(failure);
            throw e;
        }
    }

    private void end(boolean complete) {
        try {
            if (transaction.isOpen(savepoint)) {
                close(complete);
            }
        } catch (SQLException e) {
            throw transaction.failed(e);
        } finally {
            ending = complete ? "committed" : "rolled back";
        }
    }

    private void close(boolean complete) throws SQLException {
        if (transaction.isCritical()) {
            transaction.forget(savepoint);
        } else if (complete) {
            rollbackClientInside();
            transaction.release(savepoint);
        } else {
            transaction.rollback(savepoint);
        }
    }

    /// Undoes what a client has left open in a transaction that was never left meanwhile. In one
    /// that spans events it may have been another event, and what was written since is not the
    /// client's.
    private void rollbackClientInside() throws SQLException {
        if (!savepoint.isSpanning()) {
            transaction.rollbackInside(savepoint);
        }
    }

    private void rollbackByApplication() {
        transaction.checkThread();
        if (!ending.isEmpty()) {
            throw new IllegalStateException(
                    ("Cannot call rollback() on transaction that has already %s: did you move `txn`"
                                    + " outside of the closure?")
                            .formatted(ending));
        }
        if (!transaction.isOpen(savepoint)) {
            return; // A second time does nothing.
        }
        if (!transaction.isInnermost(savepoint)) {
            throw new IllegalStateException(
                    "Cannot roll back an outer transaction while a nested transaction is still"
                            + " running.");
        }
        try {
            transaction.check();
            transaction.rollback(savepoint);
        } catch (SQLException e) {
            throw transaction.failed(e);
        }
    }
}
