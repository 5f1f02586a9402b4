package dev.durableobjects.internal.storage;

import dev.durableobjects.DurableObjectStorage;
import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.sql.SqlStorage;
import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.jdbc.JdbcClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// The database of one live object: one file, one connection, one transaction per event.
///
/// Only the object's thread may use it, but for [#close], which nobody else may be using it for.
public final class ObjectDatabase implements DurableObjectStorage, AutoCloseable {

    private final Path file;
    private final boolean isNew;
    private final SqliteConnection connection;
    private final SqliteStorage sql;
    private @Nullable DbClient dbClient;

    private ObjectDatabase(Path file, boolean isNew, SqliteConnection connection) {
        this.file = file;
        this.isNew = isNew;
        this.connection = connection;
        this.sql = new SqliteStorage(connection);
    }

    /// Opens a database file, and makes it if there is none.
    ///
    /// @param access asked before every use
    /// @throws dev.durableobjects.sql.SqlStorageException if it cannot be opened
    public static ObjectDatabase open(Path file, Access access, Limits limits) {
        boolean isNew = Files.notExists(file);
        try {
            return new ObjectDatabase(
                    file,
                    isNew,
                    SqliteConnection.open(
                            file,
                            access,
                            limits.get(Limit.STATEMENT_CACHE_BYTES),
                            limits.get(Limit.PAGE_CACHE_KIB)));
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    @Override
    public SqlStorage sql() {
        return sql;
    }

    @Override
    public DbClient dbClient() {
        DbClient client = dbClient;
        if (client == null) {
            client = JdbcClientBuilder.create().connectionPool(() -> connection).build();
            dbClient = client;
        }
        return client;
    }

    @Override
    public <R, X extends Exception> R transactionSync(Body<R, X> body) throws X {
        connection.check();
        return connection.transaction().nested(body);
    }

    /// Returns whether the calling code is inside [#transactionSync].
    public boolean isInTransaction() {
        return connection.transaction().isNested();
    }

    /// Ends an event: its cursors end, and its writes are committed, though not yet durable.
    ///
    /// @return whether the event wrote anything
    /// @throws dev.durableobjects.sql.SqlStorageException if the writes cannot be committed; then
    ///   none of them remains
    public boolean commit() {
        sql.cancelCursors();
        try {
            return connection.transaction().commit();
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    /// Returns whether opening made the file.
    public boolean isNew() {
        return isNew;
    }

    /// Returns the file of the write-ahead log, which holds what was committed.
    public Path wal() {
        return file.resolveSibling(file.getFileName() + "-wal");
    }

    /// Closes the file. What was committed stays; what was not is undone.
    @Override
    public void close() {
        try {
            connection.reallyClose();
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }
}
