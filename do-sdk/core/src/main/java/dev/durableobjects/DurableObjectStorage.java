package dev.durableobjects;

import dev.durableobjects.sql.SqlStorage;
import io.helidon.dbclient.DbClient;
import org.jspecify.annotations.Nullable;

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
    <R extends @Nullable Object, X extends Exception> R transactionSync(Callback<R, X> body)
            throws X;

    /// Runs the body like [#transactionSync(Callback)], without a result.
    default <X extends Exception> void transactionSync(Action<X> body) throws X {
        this.<Boolean, X>transactionSync(() -> {
            body.run();
            return true;
        });
    }

    /// Commits what the event has written so far, and waits until it is durable. What the event
    /// writes afterwards is a transaction of its own. Cursors that are open end.
    ///
    /// @throws IllegalStateException inside of [#transactionSync]
    /// @throws DurableObjectException if the commit fails; the object is reset then
    void sync();
}
