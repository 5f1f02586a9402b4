package dev.durableobjects.internal.storage;

import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Waiting;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.jdbc4.JDBC4Connection;

/// A connection to an object's database, as the driver sees it.
///
/// It keeps compiled statements, begins the event's transaction before the first write, and
/// presents to JDBC clients a connection whose own transactions are savepoints inside the event's.
/// Only the object's thread may use it, except for [#stop] and [#reallyClose].
final class SqliteConnection extends JDBC4Connection {

    /// Page 1 keeps the journal mode; everything else is a setting of this connection. The locking
    /// mode comes first: then the index of the write-ahead log lives on the heap, without a file.
    private static final String SETTINGS =
            """
            PRAGMA locking_mode = EXCLUSIVE;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = NORMAL;
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA foreign_keys = ON;
            PRAGMA temp_store = MEMORY;
            """;

    private static final String MEMORY = ":memory:";

    private final Host host;
    private final StatementCache cache;
    private final StatementClock clock;
    private final SqliteStorage.ConnectionSource source;
    private final ObjectTransaction transaction;
    private final Set<CompiledStatement> lent = Collections.newSetFromMap(new IdentityHashMap<>());
    private int schema;

    /// False while the driver's constructors run, which use statements of their own.
    private final boolean ready;

    private SqliteConnection(
            String file, ObjectDatabase owner, Limits limits, Waiting waiting, Properties settings)
            throws SQLException {
        super("jdbc:sqlite:" + file, file, settings);
        this.host = owner.host();
        this.source = owner;
        this.transaction = owner.transaction();
        this.cache = new StatementCache(limits.get(Limit.STATEMENT_CACHE_BYTES));
        this.clock =
                new StatementClock(
                        waiting, TimeUnit.SECONDS.toNanos(limits.get(Limit.STATEMENT_SECONDS)));
        this.ready = true;
    }

    /// Opens a database without a file.
    static SqliteConnection openMemory(ObjectDatabase owner, Limits limits, Waiting waiting)
            throws SQLException {
        return open(MEMORY, owner, limits, waiting);
    }

    /// Opens a database file, and makes it if there is none.
    ///
    /// @throws SQLException if it cannot be opened, for example because another process has it open
    static SqliteConnection open(String file, ObjectDatabase owner, Limits limits, Waiting waiting)
            throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(0);
        config.setGetGeneratedKeys(false);
        SqliteConnection connection =
                new SqliteConnection(file, owner, limits, waiting, config.toProperties());
        try {
            connection.run(SETTINGS);
            connection.run("PRAGMA cache_size = -%d".formatted(limits.get(Limit.PAGE_CACHE_KIB)));
            ProgressHandler.setHandler(connection, StatementClock.STEPS, connection.clock);
            return connection;
        } catch (SQLException e) {
            connection.reallyClose();
            throw e;
        }
    }

    /// Returns if the calling thread may use the database now.
    void check() {
        host.check();
        transaction.check();
    }

    StatementClock clock() {
        return clock;
    }

    /// Returns a number that changes with the schema.
    int schema() {
        return schema;
    }

    /// Takes a statement out of the cache if its text stands there.
    @Nullable CompiledStatement cached(String sql) {
        return cache.take(sql);
    }

    /// Returns a statement of this text, compiled now or earlier.
    ///
    /// @throws IllegalArgumentException if an object may not run it
    CompiledStatement compile(String sql) throws SQLException {
        CompiledStatement cached = cache.take(sql);
        if (cached != null) {
            return cached;
        }
        StatementPlan.admit(sql);
        return new CompiledStatement(this, sql, StatementPlan.of(this, sql));
    }

    /// Must be called before a statement runs.
    void beforeRun(StatementPlan plan) throws SQLException {
        check();
        if (plan.writes()) {
            transaction.beginWrite();
        }
        if (plan.changesSchema()) {
            forgetStatements();
        }
    }

    /// Runs a statement of a JDBC client.
    <R> R runClient(StatementPlan plan, SqlCall<R> statement) throws SQLException {
        beforeRun(plan);
        clock.begin();
        SqlPermits.enter();
        try {
            return statement.run();
        } catch (SQLException e) {
            transaction.noteFailure(e);
            throw e;
        } finally {
            SqlPermits.exit();
        }
    }

    /// Takes a statement back that is not running.
    void giveBack(CompiledStatement statement) throws SQLException {
        lent.remove(statement);
        if (statement.isStale()) {
            statement.discard();
        } else {
            cache.put(statement);
        }
    }

    /// Ends what JDBC clients have left open.
    void closeLentStatements() throws SQLException {
        for (CompiledStatement statement : new ArrayList<>(lent)) {
            statement.close();
        }
    }

    /// Drops compiled statements, because the schema may change or has changed.
    void forgetStatements() throws SQLException {
        schema++;
        cache.clear();
    }

    /// Returns the API's exception for an error, and remembers it if it ends the transaction.
    RuntimeException failed(SQLException e) {
        transaction.noteFailure(e);
        return clock.isExpired() ? SqlErrors.timedOut(e) : SqlErrors.of(e);
    }

    /// Runs our own SQL, without parameters and results.
    void run(String sql) throws SQLException {
        SqlPermits.enter();
        try {
            int code = getDatabase()._exec(sql);
            if (code != 0) {
                getDatabase().throwex(code);
            }
        } finally {
            SqlPermits.exit();
        }
    }

    /// Returns the integers of the first row of our own SQL.
    long[] read(String sql) throws SQLException {
        CompiledStatement statement = new CompiledStatement(this, sql, StatementPlan.READS);
        try {
            statement.start();
            @Nullable Object[] row = statement.row();
            long[] values = new long[row.length];
            for (int i = 0; i < row.length; i++) {
                values[i] = row[i] instanceof Long value ? value : 0;
            }
            return values;
        } finally {
            statement.discard();
        }
    }

    /// Stops what runs and whatever would run; any thread may do it.
    void stop() {
        clock.stop();
    }

    /// Closes the database; any thread may do it after [#stop].
    void reallyClose() throws SQLException {
        super.close();
    }

    // What follows is the connection as DbClient sees it. It may hold one that was replaced when
    // the object got its file, so everything goes to the current one.

    /// Does nothing: the connection lives as long as its object does in memory.
    @Override
    public void close() {}

    @Override
    public PreparedStatement prepareStatement(
            String sql, int type, int concurrency, int holdability) throws SQLException {
        check();
        checkCursor(type, concurrency, holdability);
        if (SqlText.statements(sql).size() != 1) {
            throw new SQLException(
                    "expected one SQL statement, got %d: %s"
                            .formatted(SqlText.statements(sql).size(), sql));
        }
        CompiledStatement statement = source.compile(sql);
        source.current().lent.add(statement);
        return statement;
    }

    @Override
    public Statement createStatement(int type, int concurrency, int holdability)
            throws SQLException {
        if (!ready) {
            return super.createStatement(type, concurrency, holdability);
        }
        throw new SQLFeatureNotSupportedException("use prepareStatement");
    }

    /// Never true: the driver would commit after each statement.
    @Override
    public boolean getAutoCommit() {
        return false;
    }

    @Override
    public void setAutoCommit(boolean autoCommit) throws SQLException {
        if (ready && !autoCommit) {
            check();
            transaction.openSavepoint();
        }
    }

    @Override
    public void commit() throws SQLException {
        check();
        transaction.releaseSavepoint();
    }

    @Override
    public void rollback() throws SQLException {
        check();
        transaction.rollbackSavepoint();
    }

    /// Something that the driver does.
    interface SqlCall<R> {

        R run() throws SQLException;
    }
}
