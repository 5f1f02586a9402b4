package dev.durableobjects.internal.storage;

import dev.durableobjects.sql.SqlCursor;
import dev.durableobjects.sql.SqlStorage;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs an application's SQL on the object's connection. Only the object's thread may use it.
final class SqliteStorage implements SqlStorage {

    private final SqliteConnection connection;
    private final List<SqliteCursor> cursors = new ArrayList<>();

    SqliteStorage(SqliteConnection connection) {
        this.connection = connection;
    }

    @Override
    public SqlCursor exec(String sql, @Nullable Object... bindings) {
        check();
        CompiledStatement cached = connection.cached(sql);
        return cached != null ? run(cached, bindings) : runAll(sql, bindings);
    }

    @Override
    public long databaseSize() {
        check();
        try {
            return connection.databaseSize();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /// Ends the cursors that an event has left open.
    void cancelCursors() {
        cursors.forEach(SqliteCursor::cancel);
        cursors.clear();
    }

    /// Returns if the calling thread may use the storage now.
    void check() {
        connection.check();
    }

    /// Returns the API's exception for an error of the driver.
    RuntimeException failed(SQLException e) {
        return connection.failed(e);
    }

    /// Takes a statement back whose cursor has ended.
    void release(CompiledStatement statement) {
        try {
            statement.finish();
            connection.giveBack(statement);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private SqlCursor runAll(String sql, @Nullable Object[] bindings) {
        List<String> statements = SqlText.statements(sql);
        if (statements.isEmpty()) {
            throw new IllegalArgumentException("SQL code did not contain a statement.");
        }
        for (String statement : statements.subList(0, statements.size() - 1)) {
            complete(compile(statement));
        }
        return run(compile(statements.getLast()), bindings);
    }

    private CompiledStatement compile(String statement) {
        try {
            return connection.compile(statement);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private void complete(CompiledStatement statement) {
        if (statement.parameters() > 0) {
            release(statement);
            throw new IllegalArgumentException(
                    "When executing multiple SQL statements in a single call, only the last"
                            + " statement can have parameters.");
        }
        try {
            connection.beforeRun(statement.plan());
            for (boolean row = statement.start(); row; ) {
                row = statement.step();
            }
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            release(statement);
        }
    }

    private SqlCursor run(CompiledStatement statement, @Nullable Object[] bindings) {
        SqliteCursor cursor;
        try {
            @Nullable Object[] stored = Bindings.check(bindings, statement.parameters());
            connection.beforeRun(statement.plan());
            cursor = new SqliteCursor(this, statement, statement.start(stored));
        } catch (SQLException e) {
            release(statement);
            throw failed(e);
        } catch (IllegalArgumentException e) {
            release(statement);
            throw e;
        }
        if (cursor.isOpen()) {
            cursors.add(cursor);
        }
        return cursor;
    }
}
