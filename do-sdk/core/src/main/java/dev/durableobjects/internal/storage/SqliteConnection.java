package dev.durableobjects.internal.storage;

import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.jdbc4.JDBC4Connection;

/// The one connection to an object's database, as the driver sees it.
///
/// It keeps compiled statements, begins the event's transaction before the first write, and
/// presents to JDBC clients a connection whose own transactions are savepoints inside the event's.
/// Only the object's thread may use it.
final class SqliteConnection extends JDBC4Connection {

    /// Page 1 keeps the journal mode; everything else is a setting of this connection. The locking
    /// mode comes first: then the index of the write-ahead log lives on the heap, without a file.
    private static final String SETTINGS =
            """
            PRAGMA locking_mode = EXCLUSIVE;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = NORMAL;
            PRAGMA foreign_keys = ON;
            PRAGMA temp_store = MEMORY;
            """;

    private final Access access;
    private final StatementCache cache;
    private final ObjectTransaction transaction;

    /// False while the driver's constructors run, which use statements of their own.
    private final boolean ready;

    private SqliteConnection(Path file, Access access, int cacheBytesMax, Properties settings)
            throws SQLException {
        super("jdbc:sqlite:" + file, file.toString(), settings);
        this.access = access;
        this.cache = new StatementCache(cacheBytesMax);
        this.transaction = new ObjectTransaction(this);
        this.ready = true;
    }

    /// Opens a database file, and makes it if there is none.
    ///
    /// @throws SQLException if it cannot be opened, for example because another process has it open
    static SqliteConnection open(Path file, Access access, int cacheBytesMax, int pageCacheKib)
            throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(0);
        config.setGetGeneratedKeys(false);
        SqliteConnection connection =
                new SqliteConnection(file, access, cacheBytesMax, config.toProperties());
        try {
            connection.run(SETTINGS + "PRAGMA cache_size = -%d;".formatted(pageCacheKib));
            return connection;
        } catch (SQLException e) {
            connection.reallyClose();
            throw e;
        }
    }

    /// Returns if the calling thread may use the database now.
    void check() {
        access.check();
        transaction.check();
    }

    ObjectTransaction transaction() {
        return transaction;
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
            transaction.begin();
        }
        if (plan.changesSchema()) {
            cache.clear();
        }
    }

    /// Takes a statement back that is not running.
    void giveBack(CompiledStatement statement) throws SQLException {
        if (!statement.isDead() && !statement.plan().changesSchema()) {
            cache.put(statement);
        } else {
            statement.discard();
        }
    }

    /// Drops compiled statements, because an undone transaction may have changed the schema.
    void forgetStatements() throws SQLException {
        cache.clear();
    }

    /// Returns the API's exception for an error, and remembers it if it ends the transaction.
    RuntimeException failed(SQLException e) {
        transaction.noteFailure(e);
        return SqlErrors.of(e);
    }

    /// Runs our own SQL, without parameters and results.
    void run(String sql) throws SQLException {
        int code = getDatabase()._exec(sql);
        if (code != 0) {
            getDatabase().throwex(code);
        }
    }

    /// Returns the bytes in use: pages that are not free, times their size.
    long databaseSize() throws SQLException {
        CompiledStatement statement =
                new CompiledStatement(
                        this,
                        """
                        SELECT (page_count - freelist_count) * page_size
                        FROM pragma_page_count, pragma_freelist_count, pragma_page_size
                        """,
                        new StatementPlan(false, false));
        try {
            statement.start();
            return getDatabase().column_long(statement.handle(), 0);
        } finally {
            statement.discard();
        }
    }

    /// Closes the database.
    void reallyClose() throws SQLException {
        super.close();
    }

    // What follows is the connection as DbClient sees it.

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
        return compile(sql);
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
}
