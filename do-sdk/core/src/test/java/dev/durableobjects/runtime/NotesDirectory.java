package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.Limit;
import dev.durableobjects.internal.journal.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// A data directory with notes, and what tests do to it.
final class NotesDirectory {

    private NotesDirectory() {}

    static DurableObjects start(Path directory) {
        return start(directory, Disk.system());
    }

    /// Starts a runtime with a small journal and few places in memory.
    static DurableObjects start(Path directory, Disk disk) {
        return TestRuntime.withDisk(
                        DurableObjects.builder()
                                .directory(directory)
                                .limit(Limit.JOURNAL_MIB, 1)
                                .limit(Limit.LIVE_OBJECTS, 8)
                                .namespace(Notes.NOTES, NotesObject::new),
                        disk)
                .build();
    }

    static Notes notes(DurableObjects objects, String name) {
        return objects.env().namespace(Notes.NOTES).getByName(name).rpc();
    }

    /// Copies what a killed process would leave. The journal comes last but one: what is read of it
    /// is at least what was acknowledged before, and databases are never ahead of it.
    static void copy(Path source, Path target) {
        try {
            for (Path file : files(source)) {
                Path to = target.resolve(source.relativize(file).toString());
                Files.createDirectories(to.getParent());
                try {
                    Files.copy(file, to);
                } catch (NoSuchFileException e) {
                    assertThat("only scratch goes away", isScratch(file), is(true));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Copies what a killed process would leave. A copy takes its time: it counts if nothing
    /// changed meanwhile.
    ///
    /// @param targets directory for copies
    /// @return the copy
    static Path copyAtRest(Path source, Path targets) {
        for (int i = 0; ; i++) {
            String before = state(source);
            Path copy = targets.resolve(String.valueOf(i));
            try {
                copy(source, copy);
            } catch (AssertionError | UncheckedIOException e) {
                continue;
            }
            if (!before.isEmpty() && before.equals(state(source))) {
                return copy;
            }
        }
    }

    private static String state(Path directory) {
        try {
            List<String> all = new ArrayList<>();
            for (Path file : files(directory)) {
                all.add(file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file));
            }
            return String.join("\n", all);
        } catch (IOException | UncheckedIOException e) {
            return "";
        }
    }

    private static boolean isScratch(Path file) {
        return !file.toString().endsWith(".sqlite");
    }

    /// What goes away between its directory's listing and a look at it is left out, as it would be
    /// a moment later.
    private static List<Path> files(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (attributes.isRegularFile()) {
                            found.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException failure)
                            throws IOException {
                        if (failure instanceof NoSuchFileException && isScratch(file)) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw failure;
                    }
                });
        return found.stream().sorted().toList();
    }

    /// Returns the only database of an object.
    static Path database(Path directory) throws IOException {
        return databases(directory).getFirst();
    }

    static List<Path> databases(Path directory) throws IOException {
        return files(directory.resolve("objects")).stream()
                .filter(file -> file.toString().endsWith(".sqlite"))
                .toList();
    }

    /// Checks every database that no runtime has open.
    static void checkIntegrity(Path directory) throws IOException, SQLException {
        for (Path database : databases(directory)) {
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                    Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery("PRAGMA integrity_check")) {
                assertThat(database.toString(), result.getString(1), is("ok"));
            }
        }
    }
}
