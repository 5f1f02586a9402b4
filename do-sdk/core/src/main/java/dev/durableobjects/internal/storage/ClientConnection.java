package dev.durableobjects.internal.storage;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A JDBC connection for the tools of the Java world. Its transactions are savepoints inside the
/// event's; closing it undoes one that is open. Everything else goes to the object's connection.
/// Only the object's thread may use it.
final class ClientConnection extends JdbcProxy {

    private final ObjectConnection connection;
    private final ClientTransaction transaction;
    private boolean autoCommit = true;
    private boolean closed;

    private ClientConnection(ObjectConnection connection) {
        this.connection = connection;
        this.transaction = new ClientTransaction(connection.transaction());
    }

    static Connection open(ObjectConnection connection) {
        return new ClientConnection(connection).as(Connection.class);
    }

    @Override
    @Nullable Object call(Object self, Method method, Object[] given) throws Throwable {
        return switch (method.getName()) {
            case "isClosed" -> closed;
            case "isValid" -> !closed;
            case "close", "abort" -> {
                close((Connection) self);
                yield null;
            }
            default -> {
                checkOpen();
                yield callOpen((Connection) self, method, given);
            }
        };
    }

    private @Nullable Object callOpen(Connection self, Method method, Object[] given)
            throws Throwable {
        return switch (method.getName()) {
            case "getAutoCommit" -> autoCommit;
            case "setAutoCommit" -> {
                setAutoCommit((boolean) given[0]);
                yield null;
            }
            case "commit" -> {
                commit();
                yield null;
            }
            case "rollback" -> {
                rollback(given);
                yield null;
            }
            case "createStatement" -> ClientStatement.create(self);
            case "getMetaData" -> ClientMetaData.of(connection, self);
            case "prepareStatement" -> prepare(self, method, given);
            case "setSavepoint", "releaseSavepoint" ->
                    throw new SQLFeatureNotSupportedException(
                            "savepoints inside a transaction of a client");
            default -> forward(connection.current(), method, given);
        };
    }

    /// A connection that does not commit by itself begins its transaction with the first statement:
    /// the one before has ended with its event.
    private Object prepare(Connection self, Method method, Object[] given) throws Throwable {
        if (!autoCommit) {
            transaction.begin();
        }
        PreparedStatement prepared =
                (PreparedStatement) forward(connection.current(), method, given);
        StatementLease.of(requireNonNull(prepared)).passOn(self);
        return prepared;
    }

    private void setAutoCommit(boolean on) throws SQLException {
        if (autoCommit == on) {
            return;
        }
        if (on) {
            transaction.commit();
        } else {
            transaction.begin();
        }
        autoCommit = on;
    }

    private void commit() throws SQLException {
        checkManual();
        transaction.commit();
        transaction.begin();
    }

    private void rollback(Object[] given) throws SQLException {
        if (given.length > 0) {
            throw new SQLFeatureNotSupportedException(
                    "no savepoints here: " + Arrays.toString(given));
        }
        checkManual();
        transaction.rollback();
        transaction.begin();
    }

    private void close(Connection self) throws SQLException {
        if (closed) {
            return;
        }
        connection.checkThread();
        connection.transaction().leases().end(self);
        if (transaction.isOpen()) {
            transaction.rollback();
        }
        closed = true;
    }

    private void checkManual() throws SQLException {
        if (autoCommit) {
            throw new SQLException("this connection is in auto-commit mode");
        }
    }

    private void checkOpen() throws SQLException {
        connection.checkThread();
        if (closed) {
            throw new SQLException("this connection was closed");
        }
    }
}
