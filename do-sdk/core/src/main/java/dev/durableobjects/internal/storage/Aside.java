package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.journal.Scratch;
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

    /// Something that the driver does.
    interface SqlAction {

        void run() throws SQLException;
    }

    /// Closes a database that is put aside meanwhile.
    ///
    /// @param closing closes SQLite's connection
    /// @return false if the database cannot be put aside; then it is not closed
    static boolean tryClose(Path database, SqlAction closing) throws IOException, SQLException {
        Path aside = Scratch.aside(database);
        try {
            Files.move(database, aside);
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "cannot rename " + database, e);
            return false;
        }
        try {
            closing.run();
        } finally {
            Files.move(aside, database);
        }
        return true;
    }
}
