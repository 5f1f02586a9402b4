package dev.durableobjects.internal.storage;

import dev.durableobjects.Callback;
import dev.durableobjects.DurableObjectStorage;
import dev.durableobjects.sql.SqlStorage;
import io.helidon.dbclient.DbClient;
import org.jspecify.annotations.Nullable;

/// The storage interface that an application sees. Only the object's thread may use it.
public final class ObjectStorage implements DurableObjectStorage {

    private final ObjectDatabase database;
    private final Runnable settle;

    /// Makes the interface of a database.
    ///
    /// @param settle commits what was written so far and waits until it is durable
    public ObjectStorage(ObjectDatabase database, Runnable settle) {
        this.database = database;
        this.settle = settle;
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
        return database.transaction().nested(body);
    }

    @Override
    public void sync() {
        settle.run();
    }
}
