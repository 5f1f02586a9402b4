package dev.durableobjects.internal.storage;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// The rows of one run of a JDBC client's statement. Without this, rows that are read too late
/// would look as if there were no more, or be those of the statement's next run: the driver has one
/// result set per statement. Only the object's thread may use it.
final class ClientRows implements InvocationHandler {

    private final SqliteConnection connection;
    private final ResultSet rows;
    private boolean ended;

    ClientRows(SqliteConnection connection, ResultSet rows) {
        this.connection = connection;
        this.rows = rows;
    }

    /// Returns the rows as the client sees them.
    ResultSet resultSet() {
        return (ResultSet)
                Proxy.newProxyInstance(
                        ClientRows.class.getClassLoader(), new Class<?>[] {ResultSet.class}, this);
    }

    /// Ends the run: the client reads nothing any more.
    void end() {
        ended = true;
    }

    @Override
    public @Nullable Object invoke(
            Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
        if (ended) {
            return late(method);
        }
        connection.check();
        try {
            return method.invoke(rows, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    private static @Nullable Object late(Method method) throws SQLException {
        return switch (method.getName()) {
            case "close" -> null;
            case "isClosed" -> true;
            default ->
                    throw new SQLException(
                            "the event that opened this query has ended, or the query was closed;"
                                    + " read what you need before, for example with toList()");
        };
    }
}
