package dev.durableobjects.internal.storage;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.kv.KvStorage;
import dev.durableobjects.spi.Commit;
import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.jdbc.JdbcClientBuilder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// The database of one live object: one file, one connection, one transaction per event.
///
/// An object that has written nothing has no file. Its reads run on an empty database in memory;
/// the first statement that writes makes the file and goes there. Only the object's thread may use
/// it, except for [#stop] and [#close].
public final class ObjectDatabase implements AutoCloseable {

    private final ObjectConnection connection;
    private final ObjectTransaction transaction;
    private final SqliteStorage sql;
    private final KvTable kv;
    private final ScheduleTable schedules;
    private final Limits limits;
    private final DataSource dataSource;
    private @Nullable DbClient dbClient;

    /// Makes the database of an object, without opening anything.
    ///
    /// @param journaling null if its owner forces it itself
    public ObjectDatabase(
            Path file, @Nullable Journaling journaling, Host host, Limits limits, Waiting waiting) {
        this.connection = new ObjectConnection(file, journaling, host, limits, waiting);
        this.transaction = connection.transaction();
        this.sql = new SqliteStorage(connection);
        this.kv = new KvTable(sql, transaction);
        this.schedules = new ScheduleTable(sql, transaction);
        this.limits = limits;
        this.dataSource = new ObjectDataSource(connection);
    }

    /// Returns the SQL interface.
    public SqliteStorage sql() {
        return sql;
    }

    /// Returns the keys and values.
    public KvStorage kv() {
        return kv;
    }

    /// Returns the alarm and the schedules.
    public ObjectSchedules schedules() {
        return new ObjectSchedules(schedules, host(), limits);
    }

    /// Returns Helidon's DbClient on the same connection and transaction.
    public DbClient dbClient() {
        DbClient client = dbClient;
        if (client == null) {
            client =
                    JdbcClientBuilder.create()
                            .connectionPool(this::connect)
                            .mapperManager(ColumnMappers.MANAGER)
                            .build();
            dbClient = client;
        }
        return client;
    }

    /// Returns JDBC connections on the same connection and transaction.
    public DataSource dataSource() {
        return dataSource;
    }

    Host host() {
        return connection.host();
    }

    /// Returns the transaction of the event that runs.
    ObjectTransaction transaction() {
        return transaction;
    }

    private SqliteConnection connect() {
        try {
            return connection.current();
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    /// Checks that the event may wait for something now.
    ///
    /// @throws IllegalStateException inside of a transaction that other events must not see
    public void checkMayWait() {
        transaction.checkMayWait();
    }

    /// Checks that what the event has written can be made durable now.
    ///
    /// @throws IllegalStateException inside of a transaction
    public void checkMaySync() {
        transaction.checkMaySync();
    }

    /// Returns whether a `transaction` is open. Until its end nothing is committed, also not by the
    /// events that it causes itself.
    public boolean isInSpanningTransaction() {
        return transaction.isSpanning();
    }

    /// Ends a stretch of an event: its cursors end, and its writes are committed, though not yet
    /// durable.
    ///
    /// @return what it wrote
    /// @throws dev.durableobjects.sql.SqlStorageException if the writes cannot be committed; then
    ///   none of them remains
    public Written commit() {
        SqliteConnection open = connection.opened();
        if (open == null) {
            return Written.NOTHING;
        }
        try {
            endLent();
            connection.closeReplaced();
            return transaction.commit();
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    /// Ends what the code of an application has left open, as the end of its event would: what
    /// follows in the same event must not belong to a transaction that is undone.
    public void endClients() {
        if (connection.opened() != null) {
            try {
                transaction.check();
                endLent();
                transaction.rollbackClient();
            } catch (SQLException e) {
                throw transaction.failed(e);
            }
        }
    }

    private void endLent() throws SQLException {
        sql.cancelCursors(SqliteCursor.EVENT_ENDED);
        transaction.leases().end();
    }

    /// Undoes what was written since the last commit.
    void undo() throws SQLException {
        connection.current(); // Opened, so that it is known whether there is a file.
        endLent();
        transaction.rollback();
    }

    /// Deletes every table, also those of the runtime, instead of what the event has written so
    /// far. The pages are given back at its end.
    ///
    /// @throws IllegalStateException inside of a transaction
    void deleteAll() {
        transaction.checkMayDeleteAll();
        try {
            sql.cancelCursors(SqliteCursor.DELETED);
            undo();
            if (!connection.isInMemory()) {
                schedules.touch();
                new Emptying(sql).run();
                transaction.shrinkAfterwards();
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    /// Returns what the commits since the last call have changed, empty if nothing.
    ///
    /// @throws IOException if it cannot be read; nobody can make it durable then
    public Optional<Commit> changes(DurableObjectId object) throws IOException {
        return connection.changes(object, schedules::committed);
    }

    /// Moves what was committed from the log into the database. Everything must be durable.
    ///
    /// @return what must be forced to make the database durable without the journal, empty if it
    ///   has no file
    public Optional<FileChannel> checkpoint() {
        return connection.checkpoint();
    }

    /// Returns whether the database is not used any more, because of an error.
    public boolean isCritical() {
        return transaction.isCritical();
    }

    /// Returns the error after which the database is not used any more, null if there was none. Any
    /// thread may ask.
    public @Nullable RuntimeException critical() {
        return transaction.critical();
    }

    /// Writes what was committed into a file that does not exist. No event may run.
    void copyTo(Path target) {
        commit();
        try {
            connection.current().copyTo(target);
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    /// Returns how its commits become durable, null if its owner does it.
    @Nullable Journaling journaling() {
        return connection.journaling();
    }

    /// Returns the file of the write-ahead log, which holds what was committed.
    public Path wal() {
        return connection.wal();
    }

    /// Stops the statement that runs, and every later one. Any thread may do it.
    public void stop() {
        connection.stop();
    }

    /// Closes the file, with everything that was committed. Any thread may do it.
    @Override
    public void close() {
        close(Log.KEPT);
    }

    /// Closes the file. Any thread may do it.
    ///
    /// @param log what becomes of what was committed since the last checkpoint
    public void close(Log log) {
        connection.close(log);
    }
}
