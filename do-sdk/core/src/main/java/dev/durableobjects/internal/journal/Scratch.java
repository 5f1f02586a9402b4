package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The names beside a database's own: that of its write-ahead log, which never counts for an
/// object, and the one that it has while a connection is closed whose log must not get into it.
/// Stateless.
public final class Scratch {

    private static final String ASIDE = "-aside";

    private Scratch() {}

    /// Returns the write-ahead log of a database.
    public static Path wal(Path database) {
        return sibling(database, "-wal");
    }

    /// Returns the name that a database has while its connection is discarded.
    public static Path aside(Path database) {
        return sibling(database, ASIDE);
    }

    /// Returns what a database is called now: it may have been left aside.
    public static Path present(Path database) {
        Path aside = aside(database);
        return Files.exists(aside) ? aside : database;
    }

    /// Puts back a database that a killed process has left aside.
    ///
    /// @throws IOException if there is another one in its place: nobody can tell which counts
    public static void putBack(Path database) throws IOException {
        Path aside = aside(database);
        if (Files.exists(aside)) {
            if (Files.exists(database)) {
                throw new IOException(
                        "there are both %s and %s: delete the one that does not count"
                                .formatted(database, aside.getFileName()));
            }
            Files.move(aside, database);
        }
    }

    /// Returns the name of a database that may be put aside.
    public static String withoutAside(String name) {
        return name.endsWith(ASIDE) ? name.substring(0, name.length() - ASIDE.length()) : name;
    }

    private static Path sibling(Path database, String suffix) {
        return database.resolveSibling(database.getFileName() + suffix);
    }
}
