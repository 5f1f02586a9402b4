package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.journal.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// Lets SQLite check a copy of a database. Stateless.
final class IntegrityCheck {

    /// An object may switch these off, and write what violates them.
    private static final String CONSTRAINT = "CHECK constraint failed";

    private static final List<String> LOGS = List.of("-wal", "-journal");

    private IntegrityCheck() {}

    /// Copies a database with what SQLite has not moved into it yet.
    ///
    /// @param database its name, also if it was put aside
    static void copy(Path database, Path copy) throws IOException {
        Files.copy(Scratch.present(database), copy);
        for (String suffix : LOGS) {
            Path log = database.resolveSibling(database.getFileName() + suffix);
            if (Files.exists(log)) {
                Files.copy(log, copy.resolveSibling(copy.getFileName() + suffix));
            }
        }
    }

    /// Returns what is wrong with a database, empty if nothing.
    ///
    /// @param copy nobody else uses it
    static String run(Path copy) throws IOException {
        if (Files.size(copy) == 0) {
            return "";
        }
        try (Connection connection = open(copy);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("PRAGMA integrity_check")) {
            while (result.next()) {
                String line = String.valueOf(result.getString(1)).strip();
                if (!line.equals("ok") && !line.startsWith(CONSTRAINT)) {
                    return line;
                }
            }
            return "";
        } catch (SQLException e) {
            if (SqlErrors.isDamage(e)) {
                return String.valueOf(e.getMessage());
            }
            throw new IOException("cannot check " + copy, e);
        }
    }

    /// Opens a copy, and makes no file but its log.
    static Connection open(Path copy) throws SQLException {
        Connection connection = DriverManager.getConnection(SqliteUrl.of(copy));
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA locking_mode = EXCLUSIVE");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /// Deletes a copy.
    static void delete(Path copy) throws IOException {
        Files.deleteIfExists(copy);
        Files.deleteIfExists(Scratch.wal(copy));
        Files.deleteIfExists(copy.resolveSibling(copy.getFileName() + "-journal"));
    }
}
