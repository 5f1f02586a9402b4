package dev.durableobjects.internal.storage;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.internal.sql.SqlStatement;
import dev.durableobjects.internal.sql.SqlText;
import dev.durableobjects.sql.SqlCursor;
import dev.durableobjects.sql.SqlStorage;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs an application's SQL on the object's database. Only the object's thread may use it.
final class SqliteStorage implements SqlStorage {

    private static final @Nullable Object[] ONE_NULL = {null};

    private final ConnectionSource source;
    private final List<SqliteCursor> cursors = new ArrayList<>();

    SqliteStorage(ConnectionSource source) {
        this.source = source;
    }

    @Override
    public SqlCursor exec(String sql, @Nullable Object @Nullable ... bindings) {
        requireNonNull(sql, "sql must be a text, was null");
        // A lone null without a cast is taken by Java for the array itself.
        @Nullable Object[] values = bindings == null ? ONE_NULL : bindings;
        try {
            SqliteConnection connection = source.current();
            CompiledStatement cached = connection.cached(sql);
            return cached != null ? run(connection, cached, values) : runAll(sql, values);
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    @Override
    public long databaseSize() {
        try {
            long[] pages =
                    source.current()
                            .read(
                                    """
                                    SELECT (page_count - freelist_count) * page_size
                                    FROM pragma_page_count, pragma_freelist_count,
                                        pragma_page_size
                                    """);
            return pages[0];
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    /// Runs a statement of ours.
    SqliteCursor execOwn(String sql, StatementPlan plan, Object... bindings) {
        try {
            CompiledStatement statement = source.compileOwn(sql, plan);
            return run(source.current(), statement, bindings);
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    /// Returns whether the runtime has made this table.
    boolean exists(RuntimeTable table) {
        try {
            return source.current().runtimeTables().containsValue(table);
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    /// Makes a table of the runtime if there is none.
    void make(RuntimeTable table) {
        if (!exists(table)) {
            execOwn(table.definition(), StatementPlan.DEFINES);
        }
    }

    /// Ends the cursors that are open.
    ///
    /// @param reason what their readers are told
    void cancelCursors(String reason) {
        cursors.forEach(cursor -> cursor.cancel(reason));
        cursors.clear();
    }

    /// Takes a statement back whose cursor has ended.
    static void release(SqliteConnection connection, CompiledStatement statement) {
        try {
            statement.finish();
            connection.giveBack(statement);
        } catch (SQLException e) {
            throw connection.failed(e);
        }
    }

    private SqlCursor runAll(String sql, @Nullable Object[] bindings) throws SQLException {
        List<SqlStatement> statements = SqlText.statements(sql);
        statements.forEach(source.current().guard()::admit);
        for (SqlStatement statement : statements.subList(0, statements.size() - 1)) {
            complete(statement);
        }
        CompiledStatement last = compiled(statements.getLast());
        return run(source.current(), last, bindings);
    }

    private CompiledStatement compiled(SqlStatement statement) throws SQLException {
        if (statement.isEmpty()) {
            throw new IllegalArgumentException("SQL code did not contain a statement.");
        }
        return source.compile(statement);
    }

    private void complete(SqlStatement sql) throws SQLException {
        CompiledStatement statement = compiled(sql);
        SqliteConnection connection = source.current();
        try {
            if (statement.parameters() > 0) {
                throw new IllegalArgumentException(
                        "When executing multiple SQL statements in a single call, only the last"
                                + " statement can have parameters.");
            }
            connection.beforeRun(statement.plan());
            @Nullable Object[] row = statement.first();
            while (row != null) {
                row = statement.next();
            }
        } catch (SQLException e) {
            throw connection.failed(e);
        } finally {
            release(connection, statement);
        }
    }

    private SqliteCursor run(
            SqliteConnection connection, CompiledStatement statement, @Nullable Object[] bindings) {
        SqliteCursor cursor = null;
        try {
            @Nullable Object[] stored = Bindings.check(bindings, statement.parameters());
            connection.beforeRun(statement.plan());
            long changes = statement.plan().writes() ? connection.changes() : 0;
            cursor = new SqliteCursor(connection, statement, statement.first(stored), changes);
        } catch (SQLException e) {
            throw connection.failed(e);
        } finally {
            if (cursor == null) {
                release(connection, statement);
            }
        }
        remember(cursor);
        return cursor;
    }

    /// Most cursors end before the next one is opened, so that an event of many queries does not
    /// collect them.
    private void remember(SqliteCursor cursor) {
        while (!cursors.isEmpty() && !cursors.getLast().isOpen()) {
            cursors.removeLast();
        }
        if (cursor.isOpen()) {
            cursors.add(cursor);
        }
    }

    /// Where an object's connection comes from: it changes when the first write makes a file.
    interface ConnectionSource {

        /// Returns the connection, opening it if it is not open yet.
        ///
        /// @throws IllegalStateException if the calling thread may not use it now
        SqliteConnection current() throws SQLException;

        /// Returns a compiled statement of [#current], which is another one afterwards if the
        /// statement is the first that writes.
        CompiledStatement compile(SqlStatement statement) throws SQLException;

        /// Returns a compiled statement of ours, like [#compile].
        CompiledStatement compileOwn(String sql, StatementPlan plan) throws SQLException;

        /// Must be called before a transaction begins.
        void beforeTransaction() throws SQLException;

        /// Checks that the calling thread may use the database now.
        ///
        /// @throws IllegalStateException if it may not
        void checkThread();
    }
}
