package dev.durableobjects.internal.storage;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.Codes;
import org.sqlite.core.DB;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/// One compiled statement, usable in two ways: step by step, as `SqliteCursor` does, and as a JDBC
/// statement, as Helidon's DbClient does.
///
/// Stepping goes to the driver's core, below its JDBC layer, which costs more than most queries.
/// Only the object's thread may use it; but a reset may close the connection from another thread,
/// so everything that touches the native statement holds the driver's lock and looks whether it
/// lives.
final class CompiledStatement extends JDBC4PreparedStatement {

    private final SqliteConnection connection;
    private final StatementPlan plan;
    private final int schema;
    private final long handle;
    private final Columns columns;
    private @Nullable ClientRows clientRows;
    private @Nullable StatementLease lease;

    /// Whether [#first] has begun what [#finish] must end.
    private boolean running;

    /// Compiles a statement.
    ///
    /// @throws SQLException if SQLite cannot
    CompiledStatement(SqliteConnection connection, String sql, StatementPlan plan)
            throws SQLException {
        super(connection, sql);
        this.connection = connection;
        this.plan = plan;
        this.schema = connection.schema();
        this.handle = pointer.safeRunLong((db, address) -> address);
        this.columns = new Columns(List.of(rs.colsMeta));
    }

    String sql() {
        return sql;
    }

    StatementPlan plan() {
        return plan;
    }

    Columns columns() {
        return columns;
    }

    int parameters() {
        return paramCount;
    }

    /// Returns whether the statement cannot be run again: it was finalized, or the schema that it
    /// was compiled for is gone.
    boolean isStale() {
        return pointer.isClosed() || schema != connection.schema();
    }

    /// Runs the statement up to its first row, with what was bound before.
    ///
    /// @return a copy of the row, or null if there is none
    @Nullable Object @Nullable [] first() throws SQLException {
        return first(null);
    }

    /// Runs the statement up to its first row.
    ///
    /// @return a copy of the row, or null if there is none
    @Nullable Object @Nullable [] first(@Nullable Object @Nullable [] bindings)
            throws SQLException {
        connection.clock().begin();
        running = true;
        int permit = SqlPermits.enter();
        DB db = connection.getDatabase();
        try {
            synchronized (db) {
                checkOpen();
                running = db.execute(this, bindings);
                return running ? row(db) : null;
            }
        } finally {
            connection.clock().leave();
            SqlPermits.exit(permit);
        }
    }

    /// Goes to the next row.
    ///
    /// @return a copy of the row, or null if there is none
    @Nullable Object @Nullable [] next() throws SQLException {
        int permit = SqlPermits.enter();
        DB db = connection.getDatabase();
        try {
            synchronized (db) {
                checkOpen();
                int code = db.step(handle);
                if (code == Codes.SQLITE_ROW) {
                    return row(db);
                }
                if (code != Codes.SQLITE_DONE) {
                    db.throwex(code);
                }
                db.reset(handle);
                running = false;
                return null;
            }
        } finally {
            connection.clock().leave();
            SqlPermits.exit(permit);
        }
    }

    /// Runs a statement without parameters and rows.
    void run() throws SQLException {
        int permit = SqlPermits.enter();
        DB db = connection.getDatabase();
        try {
            synchronized (db) {
                checkOpen();
                try {
                    int code = db.step(handle);
                    if (code != Codes.SQLITE_DONE) {
                        db.throwex(code);
                    }
                } finally {
                    db.reset(handle);
                }
            }
        } finally {
            connection.clock().leave();
            SqlPermits.exit(permit);
        }
    }

    /// Ends the run, so that the statement holds no lock and can be used again. After its last row
    /// it has ended by itself.
    void finish() throws SQLException {
        if (!running) {
            return;
        }
        running = false;
        DB db = connection.getDatabase();
        synchronized (db) {
            if (!pointer.isClosed()) {
                db.reset(handle);
            }
        }
    }

    private @Nullable Object[] row(DB db) throws SQLException {
        @Nullable Object[] values = new Object[columns.names().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(db, i);
        }
        return values;
    }

    private @Nullable Object value(DB db, int column) throws SQLException {
        return switch (db.column_type(handle, column)) {
            case Codes.SQLITE_INTEGER -> (Object) db.column_long(handle, column);
            case Codes.SQLITE_FLOAT -> (Object) db.column_double(handle, column);
            case Codes.SQLITE_TEXT -> text(db, column);
            case Codes.SQLITE_BLOB -> blob(db, column);
            default -> null;
        };
    }

    /// Returns a column of the current row.
    @Nullable Object value(int column) throws SQLException {
        DB db = connection.getDatabase();
        synchronized (db) {
            checkOpen();
            return value(db, column);
        }
    }

    /// Takes a TEXT as what it is, bytes in UTF-8: the driver's way makes a buffer for each, which
    /// costs as much as the step to the row.
    private String text(DB db, int column) throws SQLException {
        return new String(blob(db, column), StandardCharsets.UTF_8);
    }

    private byte[] blob(DB db, int column) throws SQLException {
        byte[] bytes = db.column_blob(handle, column);
        return bytes == null ? new byte[0] : bytes;
    }

    /// Returns whether a client may run it on this connection as it is.
    @SuppressWarnings("ReferenceEquality") // Two connections are equal if they are the same.
    boolean isFor(SqliteConnection current) {
        return connection == current && !isStale();
    }

    /// Lends it to a client, until it is taken back.
    void lendTo(StatementLease client) {
        lease = client;
    }

    /// Takes what a client has set over from another one of the same text.
    void takeValues(CompiledStatement before) throws SQLException {
        batch = before.batch;
        batchPos = before.batchPos;
        batchQueryCount = before.batchQueryCount;
        setMaxRows(before.getMaxRows());
        setQueryTimeout(before.getQueryTimeout());
        before.batch = null;
    }

    /// Takes it back from the client, with nothing left of what that has set and read.
    void takeBack() throws SQLException {
        endRun();
        lease = null;
        if (!pointer.isClosed()) {
            clearParameters();
            clearBatch();
            batch = null; // It may have grown.
            setMaxRows(0);
            setFetchSize(0);
            setQueryTimeout(0);
        }
        connection.giveBack(this);
    }

    /// Ends what a client reads, and the run behind it.
    void endRun() throws SQLException {
        endRows();
        if (!pointer.isClosed()) {
            rs.close();
        }
    }

    /// Ends what a client reads: the driver would give it the rows of the next run.
    void endRows() {
        if (clientRows != null) {
            clientRows.end();
            clientRows = null;
        }
    }

    // As a JDBC statement, behind a lease: each way of running announces itself.

    @Override
    public boolean execute() throws SQLException {
        return connection.runClient(plan, super::execute);
    }

    @Override
    public ResultSet executeQuery() throws SQLException {
        return connection.runClient(plan, super::executeQuery);
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        return connection.runClient(plan, super::executeLargeUpdate);
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        return connection.runClient(plan, super::executeLargeBatch);
    }

    /// The driver would store the words of whatever it is.
    @Override
    public void setObject(int position, @Nullable Object value) throws SQLException {
        super.setObject(position, Bindings.ofClient(value, position - 1));
    }

    /// All ways of binding lead here.
    @Override
    protected void batch(int position, @Nullable Object value) throws SQLException {
        super.batch(
                position,
                value instanceof String text ? Bindings.unicode(text, position - 1) : value);
    }

    @Override
    public @Nullable ResultSet getResultSet() throws SQLException {
        if (super.getResultSet() == null) {
            return null;
        }
        endRows();
        clientRows = new ClientRows(connection, requireNonNull(lease), this, columns, rs);
        return clientRows;
    }

    /// Frees the statement.
    void discard() throws SQLException {
        internalClose();
    }
}
