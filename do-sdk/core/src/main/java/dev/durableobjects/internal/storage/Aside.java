package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.journal.Scratch;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;

/// Closes databases without moving what is in their logs into them: SQLite touches neither a
/// database that has another name when it closes it, nor its log. Stateless.
final class Aside {

    private static final System.Logger LOGGER = System.getLogger(Aside.class.getName());

    private Aside() {}

    /// Closes SQLite's connection to a database, and what belongs to that.
    interface Closing {

        void run() throws IOException, SQLException;
    }

    /// Closes a database that is put aside meanwhile.
    ///
    /// @param otherwise what becomes of a database that cannot be put aside, for the log
    /// @return false if it cannot be; then it is not closed
    static boolean tryClose(Path database, Closing closing, String otherwise)
            throws IOException, SQLException {
        Path aside = Scratch.aside(database);
        try {
            Files.move(database, aside);
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "cannot rename %s; %s".formatted(database, otherwise), e);
            return false;
        }
        try (Closeable _ = () -> Files.move(aside, database)) {
            closing.run();
        }
        return true;
    }
}
