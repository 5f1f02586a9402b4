package dev.durableobjects.internal.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of a log that must not get into its database.
@Timeout(60)
class DatabaseFileTest {

    @TempDir private Path directory;

    @Test
    void aDiscardedLogDoesNotGetIntoTheDatabase() throws Exception {
        assertThat(isLogDiscarded(directory.resolve("a.sqlite")), is(true));
    }

    @Test
    void aDatabaseThatCannotBePutAsideIsClosedWithoutItsLogAllTheSame() throws Exception {
        Files.createFile(directory.resolve("a.sqlite-aside"));

        assertThat(isLogDiscarded(directory.resolve("a.sqlite")), is(true));
    }

    private static boolean isLogDiscarded(Path path) throws Exception {
        try (DatabaseFile file = DatabaseFile.open(path, 1 << 20)) {
            Connection connection = connect(path);
            run(connection, "PRAGMA locking_mode = EXCLUSIVE");
            run(connection, "PRAGMA journal_mode = WAL");
            run(connection, "CREATE TABLE t (v)");
            run(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            run(connection, "INSERT INTO t VALUES (1)");
            assertThat(file.hasLog(), is(true));

            file.discardLog(connection::close);

            assertThat(connection.isClosed(), is(true));
        }
        try (Connection connection = connect(path);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT v FROM t")) {
            return !rows.next();
        }
    }

    private static Connection connect(Path path) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + path);
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
