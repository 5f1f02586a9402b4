package dev.durableobjects;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.kv.KvStorage;
import dev.durableobjects.kv.WriteOptions;
import dev.durableobjects.sql.SqlStorage;
import io.helidon.dbclient.DbClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// The private database of one object.
///
/// The first write of an event opens a transaction; the end of the event commits it. Reads see the
/// event's own writes. Every use checks that it happens on the object's thread within one of its
/// events, and throws `IllegalStateException` otherwise, wherever the handle was kept. Only the
/// object's thread may use it.
public interface DurableObjectStorage {

    /// Returns the SQL interface: the fast path.
    SqlStorage sql();

    /// Returns the keys and values.
    KvStorage kv();

    /// Returns Helidon's DbClient on the same connection and in the same transaction. Its own
    /// `transaction()` is a savepoint inside the event's transaction.
    DbClient dbClient();

    /// Returns JDBC connections on the same connection and in the same transaction, for tools such
    /// as jOOQ, Jdbi or Flyway. A transaction of such a connection is a savepoint inside the
    /// event's; it ends when the connection is closed, and with the `transactionSync` around it or
    /// with the event at the latest, undone unless it was committed. Generated keys are not
    /// reported; use RETURNING.
    DataSource dataSource();

    /// Brings the schema to the newest version; [SchemaMigrations] says how.
    ///
    /// @return how many migrations were run
    /// @throws IllegalStateException if the database knows migrations that these do not have, or
    ///   have under another name
    int migrate(SchemaMigrations migrations);

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
        requireNonNull(body, "body must be an action, was null");
        this.<Boolean, X>transactionSync(() -> {
            body.run();
            return true;
        });
    }

    /// Runs the body in a transaction that may wait: for [DurableObjectState#await], for calls to
    /// other objects, for anything. No other event enters the object meanwhile, but those that the
    /// body causes itself, whose writes belong to the transaction too; as in
    /// [DurableObjectState#blockConcurrencyWhile], taking too long resets the object. What the
    /// event wrote before is committed first. Calls that the body makes may leave before the
    /// transaction is durable; everything else waits.
    ///
    /// If the body throws, every write of it is undone and the exception rethrown; the object goes
    /// on. Calls nest.
    ///
    /// @param <R> what the body returns
    /// @param <X> what the body may throw
    /// @throws IllegalStateException inside of [#transactionSync]
    <R extends @Nullable Object, X extends Exception> R transaction(TransactionBody<R, X> body)
            throws X;

    /// Returns the time of the pending alarm, as it was set; empty while [DurableObject#alarm]
    /// runs, unless it was set anew since. Between a failed run and its retry this is still the
    /// time of the failed run.
    Optional<Instant> getAlarm();

    /// Sets the alarm, in place of the one there was: [DurableObject#alarm] runs at this time or
    /// soon after, never before, whatever becomes of the process until then. It belongs to the
    /// event's transaction. A time in the past is now; a part of a millisecond is rounded up. A
    /// time too far away for milliseconds in a `long`, such as `Instant.MAX`, never comes.
    ///
    /// @throws IllegalArgumentException if the time is not after 1970
    /// @throws IllegalStateException if the class has no `alarm` handler; not checked in the
    ///   constructor
    default void setAlarm(Instant due) {
        setAlarm(due, WriteOptions.CONFIRMED);
    }

    /// Sets the alarm like [#setAlarm(Instant)].
    void setAlarm(Instant due, WriteOptions options);

    /// Sets the alarm like [#setAlarm(Instant)], from now.
    ///
    /// @param delay a negative one counts as zero; an alarm beyond `Instant.MAX` never comes
    void setAlarm(Duration delay);

    /// Deletes the pending alarm, if there is one. A run that is under way goes on, and is not
    /// repeated if it fails.
    default void deleteAlarm() {
        deleteAlarm(WriteOptions.CONFIRMED);
    }

    /// Deletes the alarm like [#deleteAlarm()].
    void deleteAlarm(WriteOptions options);

    /// Deletes everything in the database in one step, including the alarm, the schedules and what
    /// the event has written so far, and ends open cursors. What the event writes afterwards starts
    /// with an empty database; only the numbers of `PRAGMA user_version` and `application_id` stay.
    /// Fields of the object do not change: create the tables again, or abort.
    ///
    /// @throws IllegalStateException inside of a transaction
    void deleteAll();

    /// Commits what the event has written so far, and waits until it and everything before it,
    /// unconfirmed writes included, is durable. What the event writes afterwards is a transaction
    /// of its own. Open cursors end.
    ///
    /// @throws IllegalStateException inside of a transaction
    /// @throws DurableObjectException if the commit fails; the object is reset then
    void sync();

    /// Returns a bookmark of this moment: [#restoreOnNextSession(Bookmark)] leads back to it. What
    /// the event has written so far is made durable first, and belongs to the moment. Each bookmark
    /// is greater than the one before.
    ///
    /// @throws BookmarkException if the namespace keeps no history
    /// @throws IllegalStateException inside of a transaction
    Bookmark currentBookmark();

    /// Returns a bookmark of the last moment at or before this time. The distant past is kept in
    /// coarser steps; the bookmark is then the end of the last step before the time.
    ///
    /// @throws BookmarkException if the time has not come yet, or if it is too long ago; the
    ///   message says when the object's history begins
    /// @throws IllegalStateException inside of a transaction
    Bookmark bookmarkAt(Instant time);

    /// When the object next starts, before its constructor runs, puts the whole database back to a
    /// moment; call [DurableObjectState#abort] to restart it now. What the event has written so far
    /// is made durable first. A restore is a commit like others: it can be undone, and what was
    /// before stays in the history. A later call replaces an earlier one.
    ///
    /// @return the moment just before the restore, which undoes it; good only once that is done
    /// @throws BookmarkException if the bookmark is not one of this object, or is too old; the
    ///   message says when the object's history begins
    /// @throws IllegalStateException inside of a transaction
    Bookmark restoreOnNextSession(Bookmark bookmark);

    /// Returns the state of this moment, for another object to begin with.
    ///
    /// @throws BookmarkException if the namespace keeps no history
    /// @throws IllegalStateException inside of a transaction
    DurableObjectSnapshot snapshot();

    /// Returns the state of a moment, for another object to begin with.
    ///
    /// @throws BookmarkException if the bookmark is not one of this object
    DurableObjectSnapshot snapshot(Bookmark bookmark);

    /// When this object next starts, before its constructor runs, replaces the whole database by
    /// the state of another object, of any namespace. Everything that
    /// [#restoreOnNextSession(Bookmark)] says holds for this, too.
    ///
    /// @return the moment just before the restore, which undoes it
    /// @throws BookmarkException if the state is too old by now
    /// @throws IllegalStateException inside of a transaction
    Bookmark restoreOnNextSession(DurableObjectSnapshot snapshot);
}
