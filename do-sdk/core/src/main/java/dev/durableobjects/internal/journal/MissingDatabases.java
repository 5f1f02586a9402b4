package dev.durableobjects.internal.journal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The databases that are not there although their objects were written: somebody has deleted their
/// files. Such an object must not begin as if it were new, for nobody would learn of the loss.
///
/// The index knows which objects were written. It hears of a commit when that is durable, so it
/// never knows an object whose first commit was lost with the power. Safe for use by many threads.
public final class MissingDatabases {

    /// How many are remembered for health reports; all others are refused as well.
    private static final int REMEMBERED_MAX = 100;

    private final Path root;
    private final JournalIndex index;
    private final Set<String> found = ConcurrentHashMap.newKeySet();

    /// @param root the data directory
    MissingDatabases(Path root, JournalIndex index) {
        this.root = root;
        this.index = index;
    }

    /// Checks that a database that is up to date is not missing: it has a file, was never written,
    /// or was deleted.
    ///
    /// @param file its path in the data directory
    /// @throws MissingDatabaseException if it must be there
    public void check(String file) throws MissingDatabaseException {
        if (isMissing(file)) {
            throw refused(file);
        }
    }

    /// Returns what says that a database is missing, and remembers that.
    MissingDatabaseException refused(String file) {
        if (found.size() < REMEMBERED_MAX) {
            found.add(file);
        }
        return new MissingDatabaseException(root.resolve(file));
    }

    /// Returns whether a database has no file although its object was written.
    boolean isMissing(String file) {
        return Files.notExists(root.resolve(file)) && index.knows(file);
    }

    /// Returns the databases that were looked for since the start, and are still missing.
    public List<String> found() {
        found.removeIf(file -> !isMissing(file));
        return found.stream().sorted().toList();
    }
}
