package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.journal.JournalIndex.Fact;
import dev.durableobjects.internal.journal.Redo;
import dev.durableobjects.internal.journal.Redo.Closed;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// An index of objects that somebody has deleted, and that is made again: the databases of objects
/// say when they must be woken. An alarm was acknowledged, and nobody would set it again. Used by
/// one thread, before any object is.
final class LostIndex {

    private static final System.Logger LOGGER = System.getLogger(LostIndex.class.getName());

    /// An object that cannot be read is woken until it can be: it may have an alarm.
    private static final Wake AT_ONCE = new Wake(1);

    private final DataDirectory directory;
    private final Redo redo;

    /// @param redo brings databases up to date
    LostIndex(DataDirectory directory, Redo redo) {
        this.directory = directory;
        this.redo = redo;
    }

    /// Finds all objects, and when each must be woken. Their names are in no database.
    List<Fact> find() {
        List<String> files = directory.databases();
        LOGGER.log(
                System.Logger.Level.WARNING,
                "index.sqlite in {0} was lost, and is made again of {1} databases; the names of"
                        + " objects are known again when these are next written",
                directory.path(),
                String.valueOf(files.size()));
        return files.stream().map(file -> new Fact(file, Optional.empty(), wake(file))).toList();
    }

    private Wake wake(String file) {
        Path database = directory.path().resolve(file);
        try {
            redo.prepare(file);
            try {
                return new StoredSchedules().wake(database);
            } finally {
                redo.release(file, Closed.WHOLE);
            }
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "an alarm may be late: " + database, e);
            return AT_ONCE;
        }
    }
}
