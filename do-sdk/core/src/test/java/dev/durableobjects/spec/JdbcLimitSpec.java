package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.sql.SqlStorageException;
import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.DbExecute;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

/// What `storage.dataSource()` and `storage.dbClient()` do not do, and how they say so.
@Timeout(60)
class JdbcLimitSpec {

    private static final String INSERT = "INSERT INTO t VALUES (1)";

    @TempDir private Path directory;
    private ProbeRuntime runtime;

    @BeforeEach
    void start() {
        runtime = new ProbeRuntime(directory);
    }

    @AfterEach
    void stop() {
        runtime.close();
    }

    @Test
    void whatJdbcIsRefusedIsItsOwnException() throws Exception {
        in((self, connection, statement) -> {
            SQLException refused =
                    assertThrows(SQLException.class, () -> statement.execute("ATTACH 'x' AS y"));
            assertThat(refused.getErrorCode(), is(23));
            assertThat(refused.getMessage(), containsString("not authorized"));
            assertThat(refused.getCause(), is(instanceOf(SqlStorageException.class)));
            SQLException mistaken =
                    assertThrows(SQLException.class, () -> connection.prepareStatement("SELEKT"));
            assertThat(mistaken.getErrorCode(), is(1));
            SQLException many =
                    assertThrows(SQLException.class, () -> statement.execute("SELECT 1; SELECT 2"));
            assertThat(many.getMessage(), containsString("expected one SQL statement, got 2"));
            statement.execute(INSERT);
            assertThrows(SQLException.class, () -> statement.execute(INSERT));
        });
    }

    @Test
    void whatDbClientIsRefusedIsNoExceptionOfJdbc() throws Exception {
        in((self, connection, statement) -> {
            DbExecute client = self.ctx().storage().dbClient().execute();
            assertThrows(SqlStorageException.class, () -> client.dml("ATTACH 'x' AS y"));
            assertThrows(SqlStorageException.class, () -> client.dml("SELEKT"));
            assertThrows(IllegalArgumentException.class, () -> client.dml("SELECT 1; SELECT 2"));
            client.dml(INSERT);
            DbClientException failed =
                    assertThrows(DbClientException.class, () -> client.dml(INSERT));
            assertThat(failed.getCause(), is(instanceOf(SQLException.class)));
        });
    }

    @Test
    void generatedKeysAreNoRows() throws Exception {
        in((self, connection, statement) -> {
            assertThat(statement.executeUpdate(INSERT, Statement.RETURN_GENERATED_KEYS), is(1));
            assertThat(statement.getGeneratedKeys().next(), is(false));
            try (PreparedStatement insert =
                    connection.prepareStatement(
                            "INSERT INTO t VALUES (2)", Statement.RETURN_GENERATED_KEYS)) {
                assertThat(insert.executeUpdate(), is(1));
                assertThat(insert.getGeneratedKeys().next(), is(false));
            }
            try (ResultSet keys =
                    statement.executeQuery("INSERT INTO t VALUES (3) RETURNING rowid")) {
                assertThat(keys.next(), is(true));
                assertThat(keys.getLong(1), is(3L));
            }
        });
    }

    @Test
    void savepointsAndCancelAreNotSupported() throws Exception {
        in((self, connection, statement) -> {
            assertThrows(SQLFeatureNotSupportedException.class, connection::setSavepoint);
            assertThrows(SQLFeatureNotSupportedException.class, () -> connection.setSavepoint("s"));
            PreparedStatement prepared = connection.prepareStatement(INSERT);
            ResultSet tables = connection.getMetaData().getTables(null, null, "t", null);
            for (Statement each : List.of(statement, prepared, tables.getStatement())) {
                SQLException refused = assertThrows(SQLException.class, each::cancel);
                assertThat(refused, is(instanceOf(SQLFeatureNotSupportedException.class)));
                assertThat(refused.getMessage(), containsString("STATEMENT_SECONDS"));
            }
        });
    }

    @Test
    void nothingOfTheDriverIsUnwrapped() throws Exception {
        in((self, connection, statement) -> {
            assertThat(connection.unwrap(Connection.class), is(connection));
            assertThat(connection.isWrapperFor(SQLiteConnection.class), is(false));
            assertThrows(SQLException.class, () -> connection.unwrap(SQLiteConnection.class));
            assertThrows(SQLException.class, () -> statement.unwrap(PreparedStatement.class));
        });
    }

    /// What a test does in an object that has a table of unique values.
    private interface Body {
        void run(Probe self, Connection connection, Statement statement) throws Exception;
    }

    private void in(Body body) throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    self.ctx().storage().sql().exec("CREATE TABLE t (v UNIQUE)");
                    try (Connection connection = self.ctx().storage().dataSource().getConnection();
                            Statement statement = connection.createStatement()) {
                        body.run(self, connection, statement);
                    }
                    return "";
                });
    }
}
