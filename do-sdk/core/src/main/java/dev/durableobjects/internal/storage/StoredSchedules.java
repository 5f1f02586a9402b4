package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.journal.Restores;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// The alarm and the schedules in database files. A rewind or a snapshot keeps the object's present
/// ones: they belong to the time that goes on, and the index knows already who must be woken. An
/// import brings its own, a deletion none.
final class StoredSchedules implements Restores.Timetable {

    private static final String TABLE = RuntimeTable.SCHEDULES.table();

    /// The index of the write-ahead log stays on the heap then, and makes no file.
    private static final String ALONE = "PRAGMA locking_mode = EXCLUSIVE";

    private static final int COLUMNS = 6;

    @Override
    public void keep(Path now, Path wanted) throws IOException {
        try {
            List<Object[]> rows = Files.exists(now) ? rows(now) : List.of();
            if (!rows.isEmpty() || Files.size(wanted) > 0) {
                replace(wanted, rows);
            }
        } catch (SQLException e) {
            throw new IOException("the schedules of %s cannot be kept".formatted(now), e);
        }
    }

    @Override
    public Wake wake(Path wanted) throws IOException {
        if (Files.size(wanted) == 0) {
            return Wake.NEVER;
        }
        try (Connection connection = open(wanted);
                Statement statement = connection.createStatement()) {
            statement.execute(ALONE);
            if (!hasTable(statement)) {
                return Wake.NEVER;
            }
            try (ResultSet found = statement.executeQuery(ScheduleTable.NEXT)) {
                return found.next() && found.getObject(1) instanceof Number next
                        ? new Wake(next.longValue())
                        : Wake.NEVER;
            }
        } catch (SQLException e) {
            throw new IOException("the schedules in %s cannot be read".formatted(wanted), e);
        }
    }

    private static List<Object[]> rows(Path database) throws SQLException {
        List<Object[]> rows = new ArrayList<>();
        try (Connection connection = open(database);
                Statement statement = connection.createStatement()) {
            statement.execute(ALONE);
            if (hasTable(statement)) {
                try (ResultSet found = statement.executeQuery("SELECT * FROM " + TABLE)) {
                    while (found.next()) {
                        Object[] row = new Object[COLUMNS];
                        for (int i = 0; i < COLUMNS; i++) {
                            row[i] = found.getObject(i + 1);
                        }
                        rows.add(row);
                    }
                }
            }
        }
        return rows;
    }

    private static void replace(Path database, List<Object[]> rows) throws SQLException {
        try (Connection connection = open(database);
                Statement statement = connection.createStatement()) {
            statement.execute(ALONE);
            statement.execute("PRAGMA journal_mode = WAL");
            connection.setAutoCommit(false);
            boolean hasTable = hasTable(statement);
            if (hasTable) {
                statement.execute("DELETE FROM " + TABLE);
            } else if (!rows.isEmpty()) {
                statement.execute(RuntimeTable.SCHEDULES.definition());
            }
            if (!rows.isEmpty()) {
                insert(connection, rows);
            }
            connection.commit();
            connection.setAutoCommit(true);
            checkpoint(statement);
        }
    }

    /// What is only in the log would not be restored.
    private static void checkpoint(Statement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
            if (!result.next() || result.getInt(1) != 0) {
                throw new SQLException("the write-ahead log cannot be copied");
            }
        }
    }

    private static void insert(Connection connection, List<Object[]> rows) throws SQLException {
        String sql = "INSERT INTO %s VALUES (?, ?, ?, ?, ?, ?)".formatted(TABLE);
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (Object[] row : rows) {
                for (int i = 0; i < COLUMNS; i++) {
                    insert.setObject(i + 1, row[i]);
                }
                insert.executeUpdate();
            }
        }
    }

    private static boolean hasTable(Statement statement) throws SQLException {
        String sql = "SELECT 1 FROM sqlite_schema WHERE name = '%s'".formatted(TABLE);
        try (ResultSet found = statement.executeQuery(sql)) {
            return found.next();
        }
    }

    private static Connection open(Path database) throws SQLException {
        return DriverManager.getConnection(SqliteUrl.of(database));
    }
}
