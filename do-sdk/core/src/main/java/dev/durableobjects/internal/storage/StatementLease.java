package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.sql.SqlStatement;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A prepared statement as a JDBC client has it: a text with values, and the compiled statement
/// that is lent to it.
///
/// The compiled one goes back when the client closes its own, and when the event ends. Others run
/// it then, so nothing that a client can keep leads to it any more. Only the object's thread may
/// use it.
final class StatementLease extends JdbcProxy {

    private final SqliteStorage.ConnectionSource source;
    private final StatementLeases leases;
    private final SqlStatement text;
    private final PreparedStatement handle = as(PreparedStatement.class);
    private Statement face = handle;
    private Connection client;
    private CompiledStatement compiled;
    private boolean closesOnCompletion;
    private boolean hasEnded;

    /// Whether the client has asked for results behind the last.
    private boolean isExhausted;

    /// Lends the compiled statement of a text.
    StatementLease(
            SqliteStorage.ConnectionSource source,
            StatementLeases leases,
            SqlStatement text,
            Connection client)
            throws SQLException {
        this.source = source;
        this.leases = leases;
        this.text = text;
        this.client = client;
        this.compiled = source.compile(text);
        compiled.lendTo(this);
        leases.add(this);
    }

    /// Returns the lease behind what [#handle] has returned.
    static StatementLease of(PreparedStatement handle) {
        return (StatementLease) Proxy.getInvocationHandler(handle);
    }

    /// Returns what the client gets.
    PreparedStatement handle() {
        return handle;
    }

    /// Says which connection the client has got it from.
    void passOn(Connection connection) {
        client = connection;
    }

    /// Says which statement its rows seem to come from.
    void hideBehind(Statement statement) {
        face = statement;
    }

    /// Returns the statement that its rows come from.
    Statement face() {
        return face;
    }

    /// Returns whether this connection has given it to the client.
    @SuppressWarnings("ReferenceEquality") // Two handles are equal if they are the same.
    boolean isFrom(Connection connection) {
        return client == connection;
    }

    /// Must be called when the client has closed its rows.
    void completed() throws SQLException {
        if (closesOnCompletion) {
            end();
        }
    }

    /// Takes the compiled statement back.
    void end() throws SQLException {
        if (hasEnded) {
            return;
        }
        hasEnded = true;
        leases.remove(this);
        compiled.takeBack();
    }

    @Override
    boolean hasErrorsOfJdbc() {
        return !(client instanceof SqliteConnection);
    }

    @Override
    @Nullable Object call(Object self, Method method, Object[] given) throws Throwable {
        return switch (method.getName()) {
            case "isClosed" -> hasEnded;
            case "close" -> {
                close();
                yield null;
            }
            default -> {
                checkOpen();
                yield callOpen(method, given);
            }
        };
    }

    private void close() throws SQLException {
        if (!hasEnded) {
            source.checkThread();
            end();
        }
    }

    private @Nullable Object callOpen(Method method, Object[] given) throws Throwable {
        return switch (method.getName()) {
            case "execute",
                    "executeQuery",
                    "executeUpdate",
                    "executeLargeUpdate",
                    "executeBatch",
                    "executeLargeBatch" -> {
                beforeRun();
                yield forward(compiled, method, given);
            }
            case "getConnection" -> client;
            case "getMetaData" -> new Description(false).as(ResultSetMetaData.class);
            case "getParameterMetaData" -> new Description(true).as(ParameterMetaData.class);
            case "isCloseOnCompletion" -> closesOnCompletion;
            case "closeOnCompletion" -> {
                closesOnCompletion = true;
                yield null;
            }
            case "getMoreResults" -> {
                compiled.endRun();
                isExhausted = true;
                yield false;
            }
            case "getUpdateCount" -> isExhausted ? -1 : forward(compiled, method, given);
            case "getLargeUpdateCount" -> isExhausted ? -1L : forward(compiled, method, given);
            default -> forward(compiled, method, given);
        };
    }

    /// The schema may have changed since the text was compiled, or the object may have got its
    /// file: the driver would run it all the same, with what it knew before.
    private void beforeRun() throws SQLException {
        isExhausted = false;
        compiled.endRows();
        if (!compiled.isFor(source.current())) {
            CompiledStatement fresh = source.compile(text);
            fresh.lendTo(this);
            fresh.takeValues(compiled);
            compiled.takeBack();
            compiled = fresh;
        }
    }

    private void checkOpen() throws SQLException {
        if (hasEnded) {
            throw new SQLException(
                    "this statement was closed, or the event that prepared it has ended, or has"
                            + " called another object, awaited or synced since; prepare it again");
        }
    }

    /// What JDBC tells of columns or parameters: the driver's own objects are the statement itself
    /// and its rows.
    private final class Description extends JdbcProxy {

        private final boolean ofParameters;

        Description(boolean ofParameters) {
            this.ofParameters = ofParameters;
        }

        @Override
        @Nullable Object call(Object self, Method method, Object[] given) throws Throwable {
            checkOpen();
            Object described = ofParameters ? compiled : compiled.getMetaData();
            return forward(Objects.requireNonNull(described), method, given);
        }
    }
}
