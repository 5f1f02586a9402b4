package dev.durableobjects.internal.storage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sqlite.SQLiteConfig;

/// A database in a file of its own, as it is taken out of an object and put into one: nobody else
/// has it open, and no log lies beside it. Used by one thread.
public final class PlainDatabase {

    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    // Where things are in the header.
    private static final int PAGE_SIZE_AT = 16;
    private static final int VERSIONS_AT = 18;
    private static final int ENCODING_AT = 56;
    private static final int HEADER_BYTES = 100;

    private static final int PAGE_BYTES_MAX = 65_536;

    /// With a rollback journal: no log is needed to read it.
    private static final byte ROLLBACK = 1;

    /// With a write-ahead log, as objects have it.
    private static final byte LOGGED = 2;

    private static final int UTF_8 = 1;

    private static final String COLUMNS = "SELECT name FROM pragma_table_info(?) ORDER BY cid";

    private final Path file;

    /// Names a database.
    public PlainDatabase(Path file) {
        this.file = file;
    }

    /// Returns whether the file begins as a database does.
    public boolean isDatabase() throws IOException {
        return Files.size(file) >= HEADER_BYTES
                && Arrays.equals(header(), 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /// Returns whether beside a database lies a log with changes that are not in it.
    public boolean hasLog() throws IOException {
        return isFilled("-wal") || isFilled("-journal");
    }

    /// A journal that has done its work may stay, and begins with zeros.
    private boolean isFilled(String suffix) throws IOException {
        Path log = file.resolveSibling(file.getFileName() + suffix);
        if (Files.notExists(log) || Files.size(log) == 0) {
            return false;
        }
        try (RandomAccessFile source = new RandomAccessFile(log.toFile(), "r")) {
            return source.read() != 0;
        }
    }

    /// Makes a copy of an object's database one that any tool opens, without a log.
    public void toPlain() throws IOException {
        setVersions(ROLLBACK);
    }

    /// Makes a plain database one that an object can have.
    public void toLogged() throws IOException {
        setVersions(LOGGED);
    }

    private void setVersions(byte version) throws IOException {
        try (RandomAccessFile target = new RandomAccessFile(file.toFile(), "rw")) {
            target.seek(VERSIONS_AT);
            target.write(new byte[] {version, version});
        }
    }

    /// Reads all of a plain database.
    ///
    /// @return what SQLite finds damaged, empty if nothing
    public Optional<String> damage() throws IOException {
        byte[] header = header();
        int pageSize =
                Byte.toUnsignedInt(header[PAGE_SIZE_AT]) << Byte.SIZE
                        | Byte.toUnsignedInt(header[PAGE_SIZE_AT + 1]);
        if (Files.size(file) % (pageSize == 1 ? PAGE_BYTES_MAX : Math.max(pageSize, 1)) != 0) {
            return Optional.of("its last page is not whole");
        }
        try (Connection connection = open();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("PRAGMA integrity_check(1)")) {
            String result = found.next() ? found.getString(1) : "nothing";
            return result.equals("ok") ? Optional.empty() : Optional.of(result);
        } catch (SQLException e) {
            return Optional.of(damage(e));
        }
    }

    /// Looks for what an object could not use in a plain database that is whole.
    ///
    /// @return what that is, empty if nothing
    public Optional<String> obstacle() throws IOException {
        if (header()[ENCODING_AT + Integer.BYTES - 1] > UTF_8) {
            return Optional.of("its texts are in UTF-16, those of an object are in UTF-8");
        }
        try (Connection connection = open()) {
            for (RuntimeTable table : RuntimeTable.values()) {
                String found = columns(connection, table.table());
                if (!found.isEmpty() && !found.equals(table.columns())) {
                    return Optional.of(
                            "its table %s has the columns %s, and that of an object has %s"
                                    .formatted(table.table(), found, table.columns()));
                }
            }
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of(damage(e));
        }
    }

    private String damage(SQLException e) throws IOException {
        if (SqlErrors.isDamage(e)) {
            return String.valueOf(e.getMessage());
        }
        throw new IOException("cannot read %s: %s".formatted(file, e.getMessage()), e);
    }

    private static String columns(Connection connection, String table) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (var statement = connection.prepareStatement(COLUMNS)) {
            statement.setString(1, table);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    columns.add(found.getString(1));
                }
            }
        }
        return String.join(", ", columns);
    }

    private byte[] header() throws IOException {
        byte[] header = new byte[HEADER_BYTES];
        try (RandomAccessFile source = new RandomAccessFile(file.toFile(), "r")) {
            source.readFully(header);
        }
        return header;
    }

    private Connection open() throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        return config.createConnection(SqliteUrl.of(file));
    }
}
