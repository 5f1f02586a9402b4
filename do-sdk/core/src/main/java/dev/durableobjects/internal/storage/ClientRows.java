package dev.durableobjects.internal.storage;

import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.CoreResultSet;
import org.sqlite.jdbc4.JDBC4ResultSet;

/// The rows of one run of a JDBC client's statement.
///
/// The driver has one result set per statement: rows that are read too late would look as if there
/// were no more, or be those of the statement's next run. And it asks SQLite for the names and
/// types of columns again with every row, as DbClient does: that would take most of the time of a
/// query. Only the object's thread may use it.
final class ClientRows extends JDBC4ResultSet {

    private final SqliteConnection connection;
    private final StatementLease lease;
    private final CompiledStatement statement;
    private final Columns columns;
    private final @Nullable String[] types;
    private boolean ended;

    /// Takes the run over from the driver's own result set, which stands before the first row.
    ClientRows(
            SqliteConnection connection,
            StatementLease lease,
            CompiledStatement statement,
            Columns columns,
            CoreResultSet rows) {
        super(statement);
        this.connection = connection;
        this.lease = lease;
        this.statement = statement;
        this.columns = columns;
        this.types = columns.declaredTypes().clone();
        this.open = rows.open;
        this.emptyResultSet = rows.emptyResultSet;
        this.maxRows = rows.maxRows;
        this.cols = rows.cols;
        this.colsMeta = rows.colsMeta;
    }

    /// Ends the run: the client reads nothing any more.
    void end() {
        ended = true;
    }

    @Override
    public boolean next() throws SQLException {
        check();
        return super.next();
    }

    /// Every way to read a value or to ask about a column leads here.
    @Override
    public int checkCol(int column) throws SQLException {
        check();
        return super.checkCol(column);
    }

    @Override
    protected void checkOpen() throws SQLException {
        check();
        super.checkOpen();
    }

    @Override
    public boolean isClosed() throws SQLException {
        return ended || super.isClosed();
    }

    @Override
    public void close() throws SQLException {
        if (!ended) {
            connection.check();
            super.close();
            lease.completed();
        }
    }

    @Override
    public Statement getStatement() {
        return lease.face();
    }

    /// The driver's class for an INTEGER depends on its value, and it takes a TEXT through a
    /// buffer.
    @Override
    public @Nullable Object getObject(int column) throws SQLException {
        return statement.value(markCol(column));
    }

    @Override
    public String getColumnName(int column) throws SQLException {
        return columns.names().get(checkCol(column));
    }

    /// The declared type; for an expression, the type of its value in the row of the first asking.
    @Override
    public String getColumnTypeName(int column) throws SQLException {
        int position = checkCol(column);
        String type = types[position];
        if (type == null) {
            type = super.getColumnTypeName(column);
            types[position] = type;
            if (isDeclared(position)) {
                columns.declaredTypes()[position] = type;
            }
        }
        return type;
    }

    /// Null, since a column has no class of its own in SQLite. DbClient takes the class of each
    /// value then, instead of looking the driver's `java.lang.Object` up by name with every value.
    @Override
    public @Nullable String getColumnClassName(int column) throws SQLException {
        checkCol(column);
        return null;
    }

    private boolean isDeclared(int position) throws SQLException {
        return stmt.pointer.<@Nullable String, SQLException>safeRun(
                        (db, address) -> db.column_decltype(address, position))
                != null;
    }

    private void check() throws SQLException {
        if (ended) {
            throw new SQLException(
                    "the event that opened this query has ended, or the query was closed; read"
                            + " what you need before, for example with toList()");
        }
        connection.check();
    }
}
