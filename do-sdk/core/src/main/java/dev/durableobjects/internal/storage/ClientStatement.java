package dev.durableobjects.internal.storage;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A JDBC statement without parameters, which prepares each text that it is given. Only the
/// object's thread may use it.
final class ClientStatement extends JdbcProxy {

    private final Connection connection;
    private final List<String> batch = new ArrayList<>();
    private @Nullable PreparedStatement prepared;
    private boolean closed;

    private ClientStatement(Connection connection) {
        this.connection = connection;
    }

    static Statement create(Connection connection) {
        return new ClientStatement(connection).as(Statement.class);
    }

    @Override
    @Nullable Object call(Object self, Method method, Object[] given) throws Throwable {
        return switch (method.getName()) {
            case "isClosed" -> closed;
            case "getConnection" -> connection;
            case "close" -> {
                closed = true;
                closePrepared();
                yield null;
            }
            default -> {
                if (closed) {
                    throw new SQLException("this statement was closed");
                }
                yield callOpen(method, given);
            }
        };
    }

    private @Nullable Object callOpen(Method method, Object[] given) throws Throwable {
        return switch (method.getName()) {
            case "execute" -> prepare((String) given[0]).execute();
            case "executeQuery" -> prepare((String) given[0]).executeQuery();
            case "executeUpdate" -> prepare((String) given[0]).executeUpdate();
            case "executeLargeUpdate" -> prepare((String) given[0]).executeLargeUpdate();
            case "addBatch" -> {
                batch.add((String) given[0]);
                yield null;
            }
            case "clearBatch" -> {
                batch.clear();
                yield null;
            }
            case "executeBatch" -> executeBatch();
            default -> forward(current(), method, given);
        };
    }

    private int[] executeBatch() throws SQLException {
        int[] counts = new int[batch.size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = prepare(batch.get(i)).executeUpdate();
        }
        batch.clear();
        return counts;
    }

    private PreparedStatement prepare(String sql) throws SQLException {
        closePrepared();
        PreparedStatement made = connection.prepareStatement(sql);
        prepared = made;
        return made;
    }

    /// What is set or asked before the first text goes to a statement that does nothing.
    private PreparedStatement current() throws SQLException {
        PreparedStatement known = prepared;
        return known == null ? prepare("SELECT 1 WHERE 0") : known;
    }

    private void closePrepared() throws SQLException {
        if (prepared != null) {
            prepared.close();
            prepared = null;
        }
    }
}
