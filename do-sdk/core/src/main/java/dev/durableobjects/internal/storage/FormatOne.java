package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.journal.Scratch;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/// The first layout of a data directory, without a journal: what was committed is in each object's
/// write-ahead log.
final class FormatOne {

    private static final String LOG = ".sqlite-wal";

    private FormatOne() {}

    /// Moves what the logs hold into the databases, durably. Doing it twice does no harm.
    static void convert(Path root) throws IOException {
        Path objects = root.resolve("objects");
        if (Files.notExists(objects)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> files = Files.walk(objects)) {
            all = files.toList();
        }
        for (Path path : all) {
            String name = path.toString();
            if (name.endsWith(LOG)) {
                checkpoint(Path.of(name.substring(0, name.length() - "-wal".length())));
            }
        }
        for (Path path : all) {
            if (Files.isDirectory(path) || path.toString().endsWith(".sqlite")) {
                force(path);
            }
        }
    }

    private static void checkpoint(Path database) throws IOException {
        try (Connection connection = DriverManager.getConnection(SqliteUrl.of(database));
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA locking_mode = EXCLUSIVE");
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        } catch (SQLException e) {
            throw new IOException("cannot convert " + database, e);
        }
        if (Files.exists(Scratch.wal(database))) {
            throw new IOException("cannot convert %s: its log remains".formatted(database));
        }
    }

    private static void force(Path path) throws IOException {
        StandardOpenOption option =
                Files.isDirectory(path) ? StandardOpenOption.READ : StandardOpenOption.WRITE;
        try (FileChannel channel = FileChannel.open(path, option)) {
            channel.force(false);
        }
    }
}
