package dev.durableobjects.internal.storage;

import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.sql.SqlGuard;
import dev.durableobjects.internal.sql.SqlLimit;
import dev.durableobjects.internal.sql.SqlStatement;
import dev.durableobjects.internal.sql.SqlText;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;
import org.sqlite.core.DB;
import org.sqlite.jdbc4.JDBC4Connection;
import org.sqlite.jdbc4.JDBC4DatabaseMetaData;

/// A connection to an object's database, as the driver sees it.
///
/// It keeps compiled statements, begins the event's transaction before the first write, and
/// presents to JDBC clients a connection whose own transactions are savepoints inside the event's.
/// Only the object's thread may use it, except for [#stop] and [#reallyClose].
final class SqliteConnection extends JDBC4Connection {

    private static final String MEMORY = ":memory:";

    private static final Properties DRIVER_SETTINGS = driverSettings();

    private final Host host;
    private final SqlGuard guard;
    private final StatementCache cache;
    private final StatementCache ownCache;
    private final StatementClock clock;
    private final SqliteStorage.ConnectionSource source;
    private final ObjectTransaction transaction;
    private int schema;
    private int runtimeTablesSchema = -1;
    private Map<Long, RuntimeTable> runtimeTables = Map.of();

    /// False while the driver's constructors run, which use statements of their own.
    private final boolean ready;

    /// Whether the driver asks something itself, for what it tells of tables and columns.
    private boolean describing;

    private SqliteConnection(String file, ObjectConnection owner, Limits limits, Waiting waiting)
            throws SQLException {
        super(SqliteUrl.of(file), file, DRIVER_SETTINGS);
        this.host = owner.host();
        this.source = owner;
        this.transaction = owner.transaction();
        this.guard = SqlGuard.of(host.sqlPolicy());
        this.cache = new StatementCache(limits.get(Limit.STATEMENT_CACHE_BYTES));
        this.ownCache = new StatementCache(limits.get(Limit.STATEMENT_CACHE_BYTES));
        this.clock =
                new StatementClock(
                        waiting, TimeUnit.SECONDS.toNanos(limits.get(Limit.STATEMENT_SECONDS)));
        this.ready = true;
    }

    /// Opens a database without a file.
    static SqliteConnection openMemory(ObjectConnection owner, Limits limits, Waiting waiting)
            throws SQLException {
        return open(MEMORY, Access.READS, owner, limits, waiting);
    }

    /// Opens a database file.
    ///
    /// @throws SQLException if it cannot be opened, for example because another process has it open
    static SqliteConnection open(
            Path file, Access access, ObjectConnection owner, Limits limits, Waiting waiting)
            throws SQLException {
        return open(SqliteUrl.name(file, access), access, owner, limits, waiting);
    }

    private static SqliteConnection open(
            String name, Access access, ObjectConnection owner, Limits limits, Waiting waiting)
            throws SQLException {
        // Without a permit: the file is opened here, and read by the statements that follow.
        SqliteConnection connection = new SqliteConnection(name, owner, limits, waiting);
        try {
            connection.run(access.settings(limits.get(Limit.PAGE_CACHE_KIB)));
            connection.limit();
            ProgressHandler.setHandler(connection, StatementClock.STEPS, connection.clock);
            return connection;
        } catch (SQLException e) {
            connection.reallyClose();
            throw e;
        }
    }

    private static Properties driverSettings() {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(0);
        config.setGetGeneratedKeys(false);
        config.setOpenMode(SQLiteOpenMode.NOMUTEX); // The driver's own lock does what it would do.
        return config.toProperties();
    }

    private void limit() throws SQLException {
        for (Map.Entry<SqlLimit, Integer> limit : guard.limits().entrySet()) {
            // Each text is compiled behind an EXPLAIN first, which must not count.
            int more = limit.getKey() == SqlLimit.SQL_LENGTH ? StatementPlan.EXPLAIN.length() : 0;
            getDatabase().limit(limit.getKey().id(), limit.getValue() + more);
        }
    }

    /// Checks that the calling thread may use the database now.
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

    /// Returns what may be run here.
    SqlGuard guard() {
        return guard;
    }

    /// Returns the runtime's tables and indexes in this database, by their root pages.
    Map<Long, RuntimeTable> runtimeTables() throws SQLException {
        if (runtimeTablesSchema != schema) {
            runtimeTables = readRuntimeTables();
            runtimeTablesSchema = schema;
        }
        return runtimeTables;
    }

    /// Returns a statement of ours, compiled now or earlier.
    CompiledStatement compileOwn(String sql, StatementPlan plan) throws SQLException {
        CompiledStatement cached = ownCache.take(sql);
        return cached != null ? cached : new CompiledStatement(this, sql, plan);
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
        int permit = SqlPermits.enter();
        try {
            return statement.run();
        } catch (SQLException e) {
            transaction.noteFailure(e);
            throw e;
        } finally {
            clock.leave();
            SqlPermits.exit(permit);
        }
    }

    /// Takes a statement back that is not running.
    void giveBack(CompiledStatement statement) throws SQLException {
        if (statement.isStale()) {
            statement.discard();
            return;
        }
        switch (statement.plan().home()) {
            case APPLICATION -> cache.put(statement);
            case RUNTIME -> ownCache.put(statement);
            case NONE -> statement.discard();
        }
    }

    /// Drops compiled statements, because the schema may change or has changed.
    void forgetStatements() throws SQLException {
        schema++;
        cache.clear();
        ownCache.clear();
    }

    /// Returns the API's exception for an error, and remembers it if it ends the transaction.
    RuntimeException failed(SQLException e) {
        transaction.noteFailure(e);
        return clock.isExpired() ? SqlErrors.timedOut(e) : SqlErrors.of(e);
    }

    /// Runs our own SQL, without parameters and results.
    void run(String sql) throws SQLException {
        int permit = SqlPermits.enter();
        try {
            int code = getDatabase()._exec(sql);
            if (code != 0) {
                getDatabase().throwex(code);
            }
        } finally {
            clock.leave();
            SqlPermits.exit(permit);
        }
    }

    /// Runs a statement of ours that most events need, compiled once; without parameters and
    /// results.
    void runKept(String sql) throws SQLException {
        CompiledStatement statement = compileOwn(sql, StatementPlan.READS);
        try {
            statement.run();
        } finally {
            giveBack(statement);
        }
    }

    /// Returns how many rows were changed since the connection was opened.
    long changes() {
        try {
            return getDatabase().total_changes();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /// Gives free pages back.
    void vacuum() throws SQLException {
        runWithSecondDatabase("VACUUM");
    }

    /// Writes the database into a file that does not exist.
    void copyTo(Path target) throws SQLException {
        runWithSecondDatabase("VACUUM INTO '%s'".formatted(target.toString().replace("'", "''")));
    }

    /// A database that is written anew is a second one for the time it takes.
    private void runWithSecondDatabase(String sql) throws SQLException {
        DB db = getDatabase();
        clock.begin();
        db.limit(SqlLimit.ATTACHED.id(), 1);
        try {
            run(sql);
        } finally {
            db.limit(SqlLimit.ATTACHED.id(), guard.limits().getOrDefault(SqlLimit.ATTACHED, 0));
        }
    }

    /// Returns the integers of the first row of our own SQL.
    long[] read(String sql) throws SQLException {
        CompiledStatement statement = new CompiledStatement(this, sql, StatementPlan.READS);
        try {
            @Nullable Object[] row = Objects.requireNonNull(statement.first());
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
        int permit = SqlPermits.enter(); // SQLite may copy the whole log into the database.
        try {
            super.close();
        } finally {
            SqlPermits.exit(permit);
        }
    }

    private Map<Long, RuntimeTable> readRuntimeTables() throws SQLException {
        Map<Long, RuntimeTable> found = new HashMap<>();
        CompiledStatement statement =
                new CompiledStatement(
                        this,
                        "SELECT rootpage, tbl_name FROM sqlite_schema WHERE rootpage > 0"
                                + " AND (tbl_name GLOB '_cf_*' OR tbl_name GLOB '_do_*')",
                        StatementPlan.READS);
        try {
            for (var row = statement.first(); row != null; row = statement.next()) {
                Long page = (Long) row[0];
                RuntimeTable.named(String.valueOf(row[1]))
                        .ifPresent(table -> found.put(page, table));
            }
            return found;
        } finally {
            statement.discard();
        }
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
        SqlStatement one = SqlText.statement(sql);
        guard.admit(one);
        return new StatementLease(source, transaction.leases(), one, this).handle();
    }

    @Override
    public Statement createStatement(int type, int concurrency, int holdability)
            throws SQLException {
        if (!ready) {
            return super.createStatement(type, concurrency, holdability);
        }
        check();
        checkCursor(type, concurrency, holdability);
        return describing ? new ReadStatement(this) : ClientStatement.create(this);
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        check();
        return ClientMetaData.of(source, this);
    }

    /// Returns what the driver tells of tables and columns. It is asked anew each time: it keeps
    /// statements, which end with their event.
    @Nullable Object describe(Method method, Object[] given) throws Throwable {
        check();
        describing = true;
        try {
            return JdbcProxy.forward(new JDBC4DatabaseMetaData(this), method, given);
        } finally {
            describing = false;
        }
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
            transaction.client().begin();
        }
    }

    @Override
    public void commit() throws SQLException {
        check();
        transaction.client().commit();
    }

    @Override
    public void rollback() throws SQLException {
        check();
        transaction.client().rollback();
    }

    /// Something that the driver does.
    interface SqlCall<R> {

        R run() throws SQLException;
    }
}
