package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.journal.Damage;
import dev.durableobjects.internal.journal.Damage.Kind;
import dev.durableobjects.internal.journal.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Reads the node's index, and finds damage, and objects that are missing. Not safe for several
/// threads.
final class IndexCheck {

    private static final String FILE = "index.sqlite";

    private final Path root;
    private final Path copy;
    private final Consumer<Damage> found;

    /// Begins with a data directory.
    ///
    /// @param scratch a directory for a copy
    /// @param found gets what is wrong
    IndexCheck(Path root, Path scratch, Consumer<Damage> found) {
        this.root = root;
        this.copy = scratch.resolve(FILE);
        this.found = found;
    }

    /// Checks the index.
    ///
    /// @param known gets the path of the database of each object that it knows
    void run(Layout.Visitor known) throws IOException {
        Path index = root.resolve(FILE);
        if (Files.notExists(Scratch.present(index))) {
            if (Files.exists(root.resolve("objects"))) {
                report(Kind.MISSING, FILE, "names, alarms and keys of namespaces are in it");
            }
            return;
        }
        try {
            IntegrityCheck.copy(index, copy);
            String wrong = IntegrityCheck.run(copy);
            if (wrong.isEmpty()) {
                read(known);
            } else {
                report(Kind.DAMAGED, FILE, "SQLite says: " + wrong);
            }
        } finally {
            IntegrityCheck.delete(copy);
        }
    }

    private void read(Layout.Visitor known) throws IOException {
        try (Connection connection = IntegrityCheck.open(copy);
                Statement statement = connection.createStatement()) {
            checkNamespaces(statement);
            checkObjects(statement, known);
        } catch (SQLException e) {
            report(Kind.DAMAGED, FILE, "SQLite says: " + e.getMessage());
        }
    }

    private void checkNamespaces(Statement statement) throws SQLException, IOException {
        Set<String> keys = new TreeSet<>();
        try (ResultSet rows = statement.executeQuery("SELECT unique_key FROM namespaces")) {
            while (rows.next()) {
                keys.add(rows.getString(1));
            }
        }
        Path objects = root.resolve("objects");
        if (Files.isDirectory(objects)) {
            try (var namespaces = Files.list(objects)) {
                namespaces
                        .map(one -> one.getFileName().toString())
                        .filter(key -> !keys.contains(key))
                        .sorted()
                        .forEach(key ->
                                report(
                                        Kind.FOREIGN,
                                        "objects/" + key,
                                        "no namespace has this key; there are " + keys));
            }
        }
    }

    private static void checkObjects(Statement statement, Layout.Visitor known)
            throws SQLException, IOException {
        try (ResultSet rows = statement.executeQuery("SELECT namespace, id FROM objects")) {
            while (rows.next()) {
                String id = HexFormat.of().formatHex(rows.getBytes(2));
                known.visit(
                        "objects/%s/%s/%s.sqlite"
                                .formatted(rows.getString(1), id.substring(0, 2), id));
            }
        }
    }

    private void report(Kind kind, String path, String message) {
        found.accept(new Damage(kind, path, message));
    }
}
