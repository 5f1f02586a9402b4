package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.sql.SqlStatement;
import dev.durableobjects.internal.sql.SqlText;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import org.sqlite.jdbc4.JDBC4Statement;

/// A statement for what the driver asks itself, for example about tables and columns. It reads
/// only. Only the object's thread may use it.
final class ReadStatement extends JDBC4Statement {

    private final SqliteConnection connection;

    ReadStatement(SqliteConnection connection) {
        super(connection);
        this.connection = connection;
    }

    @Override
    public boolean execute(String sql) throws SQLException {
        return connection.runClient(planned(sql), () -> super.execute(sql));
    }

    @Override
    public ResultSet executeQuery(String sql) throws SQLException {
        return connection.runClient(planned(sql), () -> super.executeQuery(sql));
    }

    @Override
    public long executeLargeUpdate(String sql) throws SQLException {
        throw refusal();
    }

    @Override
    public void addBatch(String sql) throws SQLException {
        throw refusal();
    }

    @Override
    public void cancel() throws SQLException {
        throw SqlErrors.noCancel();
    }

    private StatementPlan planned(String sql) throws SQLException {
        SqlStatement one = SqlText.statement(sql);
        connection.guard().admit(one);
        StatementPlan plan = StatementPlan.of(connection, one);
        if (plan.writes()) {
            throw refusal();
        }
        return plan;
    }

    private static SQLFeatureNotSupportedException refusal() {
        return new SQLFeatureNotSupportedException("use prepareStatement to write");
    }
}
