package dev.durableobjects.internal.storage;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.Bookmark;
import dev.durableobjects.Callback;
import dev.durableobjects.DurableObjectSnapshot;
import dev.durableobjects.DurableObjectStorage;
import dev.durableobjects.SchemaMigrations;
import dev.durableobjects.TransactionBody;
import dev.durableobjects.kv.KvStorage;
import dev.durableobjects.kv.WriteOptions;
import dev.durableobjects.spi.CommitLog;
import dev.durableobjects.sql.SqlStorage;
import io.helidon.dbclient.DbClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// The storage interface that an application sees. Only the object's thread may use it.
public final class ObjectStorage implements DurableObjectStorage {

    private final ObjectDatabase database;
    private final Migrator migrator;
    private final ObjectSchedules schedules;

    /// Makes the interface of a database.
    public ObjectStorage(ObjectDatabase database) {
        this.database = database;
        this.migrator = new Migrator(database.sql());
        this.schedules = database.schedules();
    }

    /// Puts the database back to what it was, if that is pending. It must not be open.
    ///
    /// @param log makes that durable
    public void restoreIfPending(CommitLog log) {
        Journaling journaling = database.journaling();
        if (journaling != null) {
            journaling.restoreIfPending(log);
        }
    }

    /// Returns whether a restore is pending.
    public boolean isToBeRestored() {
        Journaling journaling = database.journaling();
        return journaling != null && journaling.history().isPending(journaling.file());
    }

    private ObjectHistory history() {
        Journaling journaling = database.journaling();
        if (journaling == null) {
            throw new IllegalStateException("a database without a journal has no history");
        }
        return new ObjectHistory(journaling, database.host());
    }

    @Override
    public SqlStorage sql() {
        return database.sql();
    }

    @Override
    public DbClient dbClient() {
        return database.dbClient();
    }

    @Override
    public <R extends @Nullable Object, X extends Exception> R transactionSync(Callback<R, X> body)
            throws X {
        requireNonNull(body, "body must be a callback, was null");
        return database.transaction().nested(body);
    }

    @Override
    public <R extends @Nullable Object, X extends Exception> R transaction(
            TransactionBody<R, X> body) throws X {
        requireNonNull(body, "body must be a callback, was null");
        Host host = database.host();
        host.settle();
        // What the body throws undoes the transaction and nothing else, so it must not pass through
        // the critical section, which resets the object for it.
        Outcome<R, X> outcome =
                host.<Outcome<R, X>, RuntimeException>exclusively(
                        () -> Outcome.of(() -> database.transaction().spanning(body)));
        return outcome.get();
    }

    @Override
    public DataSource dataSource() {
        return database.dataSource();
    }

    @Override
    public int migrate(SchemaMigrations migrations) {
        requireNonNull(migrations, "migrations must be SchemaMigrations, was null");
        return migrator.migrate(migrations, this);
    }

    @Override
    public KvStorage kv() {
        return database.kv();
    }

    @Override
    public Optional<Instant> getAlarm() {
        return schedules.alarm();
    }

    @Override
    public void setAlarm(Instant due, WriteOptions options) {
        requireNonNull(due, "due must be an Instant, was null");
        requireNonNull(options, "options must be WriteOptions, was null");
        schedules.alarm(due, options);
    }

    @Override
    public void setAlarm(Duration delay) {
        setAlarm(schedules.fromNow(delay));
    }

    @Override
    public void deleteAlarm(WriteOptions options) {
        requireNonNull(options, "options must be WriteOptions, was null");
        schedules.deleteAlarm(options);
    }

    @Override
    public void deleteAll() {
        database.deleteAll();
    }

    @Override
    public Bookmark currentBookmark() {
        return history().now();
    }

    @Override
    public Bookmark bookmarkAt(Instant time) {
        requireNonNull(time, "time must be an Instant, was null");
        return history().at(time);
    }

    @Override
    public Bookmark restoreOnNextSession(Bookmark bookmark) {
        requireNonNull(bookmark, "bookmark must be a Bookmark, was null");
        return restoreOnNextSession(snapshot(bookmark));
    }

    @Override
    public DurableObjectSnapshot snapshot() {
        return snapshot(currentBookmark());
    }

    @Override
    public DurableObjectSnapshot snapshot(Bookmark bookmark) {
        requireNonNull(bookmark, "bookmark must be a Bookmark, was null");
        return history().snapshot(bookmark);
    }

    @Override
    public Bookmark restoreOnNextSession(DurableObjectSnapshot snapshot) {
        requireNonNull(snapshot, "snapshot must be a DurableObjectSnapshot, was null");
        return history().restoreOnNextSession(snapshot);
    }

    @Override
    public void sync() {
        database.host().sync();
    }
}
