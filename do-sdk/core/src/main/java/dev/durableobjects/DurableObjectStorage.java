package dev.durableobjects;

import dev.durableobjects.sql.SqlStorage;
import io.helidon.dbclient.DbClient;

/// The private database of one object.
///
/// The first write of an event opens a transaction; the end of the event commits it. Reads see the
/// event's own writes. Every use checks that it happens on the object's thread within one of its
/// events, and throws `IllegalStateException` otherwise, wherever the handle was kept.
public interface DurableObjectStorage {

    /// Returns the SQL interface: the fast path.
    SqlStorage sql();

    /// Returns Helidon's DbClient on the same connection and in the same transaction. Its own
    /// `transaction()` is a savepoint inside the event's transaction.
    DbClient dbClient();

    /// Runs the body; if it throws, undoes every write that it made and rethrows. Calls nest.
    ///
    /// @param <R> what the body returns
    /// @param <X> what the body may throw
    /// @throws IllegalStateException if the body calls another object: a transaction cannot be left
    ///   open while other events run
    <R, X extends Exception> R transactionSync(Body<R, X> body) throws X;

    /// Runs the body like [#transactionSync(Body)], without a result.
    default <X extends Exception> void transactionSync(Action<X> body) throws X {
        this.<Boolean, X>transactionSync(() -> {
            body.run();
            return true;
        });
    }

    /// Work with a result inside a transaction.
    ///
    /// @param <R> what it returns
    /// @param <X> what it may throw
    @FunctionalInterface
    interface Body<R, X extends Exception> {

        /// Does the work.
        R run() throws X;
    }

    /// Work without a result inside a transaction.
    ///
    /// @param <X> what it may throw
    @FunctionalInterface
    interface Action<X extends Exception> {

        /// Does the work.
        void run() throws X;
    }
}
