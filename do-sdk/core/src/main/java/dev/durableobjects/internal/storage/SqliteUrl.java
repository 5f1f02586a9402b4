package dev.durableobjects.internal.storage;

import java.nio.file.Path;

/// How the driver is told which file to open. Stateless.
final class SqliteUrl {

    private static final String PREFIX = "jdbc:sqlite:";

    private SqliteUrl() {}

    /// Returns the URL of a database. It has the file as a URI: of a plain name, the driver would
    /// take a question mark for the end.
    static String of(Path database) {
        return of(name(database));
    }

    /// Returns the URL of what SQLite knows by this name.
    static String of(String name) {
        return PREFIX + name;
    }

    /// Returns the name by which SQLite knows a file.
    static String name(Path database) {
        return database.toUri().toString();
    }

    /// Returns the name by which SQLite opens a file for this.
    static String name(Path database, Access access) {
        return name(database) + "?" + access.parameter();
    }
}
