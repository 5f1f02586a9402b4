package dev.durableobjects.internal.storage;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import org.jspecify.annotations.Nullable;

/// What JDBC tells of tables and columns, as they are when it is asked: the driver's answers are
/// those of a connection that the first write may have replaced. Only the object's thread may use
/// it.
final class ClientMetaData extends JdbcProxy {

    private final SqliteStorage.ConnectionSource source;
    private final Connection client;

    private ClientMetaData(SqliteStorage.ConnectionSource source, Connection client) {
        this.source = source;
        this.client = client;
    }

    /// @param client the connection that it is asked of
    static DatabaseMetaData of(SqliteStorage.ConnectionSource source, Connection client) {
        return new ClientMetaData(source, client).as(DatabaseMetaData.class);
    }

    @Override
    @Nullable Object call(Object self, Method method, Object[] given) throws Throwable {
        return method.getName().equals("getConnection")
                ? client
                : source.current().describe(method, given);
    }
}
