package dev.durableobjects.internal.storage;

import java.lang.reflect.Method;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A JDBC statement without parameters, which prepares each text that it is given. Only the
/// object's thread may use it.
final class ClientStatement extends JdbcProxy {

    private final Connection connection;
    private final Statement handle = as(Statement.class);
    private final List<String> batch = new ArrayList<>();
    private final Map<String, Setting> settings = new LinkedHashMap<>();
    private @Nullable PreparedStatement prepared;
    private boolean closed;

    private ClientStatement(Connection connection) {
        this.connection = connection;
    }

    static Statement create(Connection connection) {
        return new ClientStatement(connection).handle;
    }

    @Override
    @Nullable Object call(Object self, Method method, Object[] given) throws Throwable {
        return switch (method.getName()) {
            case "isClosed" -> closed || connection.isClosed();
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
            case "executeLargeBatch" -> Arrays.stream(executeBatch()).asLongStream().toArray();
            default -> {
                Object result = forward(current(), method, given);
                if (method.getName().startsWith("set")) {
                    settings.put(method.getName(), made -> forward(made, method, given));
                }
                yield result;
            }
        };
    }

    private int[] executeBatch() throws Throwable {
        List<String> texts = List.copyOf(batch);
        batch.clear();
        int[] counts = new int[texts.size()];
        for (int i = 0; i < counts.length; i++) {
            try {
                counts[i] = prepare(texts.get(i)).executeUpdate();
            } catch (SQLException e) {
                int[] done = Arrays.copyOf(counts, i);
                throw new BatchUpdateException(
                        e.getMessage(), e.getSQLState(), e.getErrorCode(), done, e);
            }
        }
        return counts;
    }

    private PreparedStatement prepare(String sql) throws Throwable {
        closePrepared();
        PreparedStatement made = connection.prepareStatement(sql);
        prepared = made;
        StatementLease.of(made).hideBehind(handle);
        for (Setting setting : settings.values()) {
            setting.repeat(made);
        }
        return made;
    }

    /// What is set or asked before the first text goes to a statement that does nothing.
    private PreparedStatement current() throws Throwable {
        PreparedStatement known = prepared;
        return known == null || known.isClosed() ? prepare("SELECT 1 WHERE 0") : known;
    }

    private void closePrepared() throws SQLException {
        if (prepared != null) {
            prepared.close();
            prepared = null;
        }
    }

    /// What a client has set, for each text that it will give.
    private interface Setting {
        void repeat(PreparedStatement made) throws Throwable;
    }
}
