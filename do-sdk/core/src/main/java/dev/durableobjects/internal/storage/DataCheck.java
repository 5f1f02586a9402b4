package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.journal.Damage;
import dev.durableobjects.internal.journal.Damage.Kind;
import dev.durableobjects.internal.journal.Inspection;
import dev.durableobjects.internal.journal.Scratch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Reads all of a data directory, and finds what is not as it was written. Nothing in it is
/// changed. Not safe for several threads.
public final class DataCheck {

    private final Path root;
    private final Path scratch;
    private final Consumer<Damage> found;
    private final Steps steps;
    private long bytes;
    private long done;
    private long objects;
    private int journalFiles;

    private DataCheck(Path root, Path scratch, Consumer<Damage> found, Steps steps) {
        this.root = root;
        this.scratch = scratch;
        this.found = found;
        this.steps = steps;
    }

    /// Told how many bytes were read.
    @FunctionalInterface
    public interface Steps {

        /// Takes note.
        void at(long done, long total);
    }

    /// What was read.
    ///
    /// @param objects how many databases, or what is left of them
    /// @param journalFiles how many files of the journal, or that were the journal's
    /// @param bytes of all files
    public record Counts(long objects, int journalFiles, long bytes) {}

    /// Reads a data directory that nobody uses.
    ///
    /// @param found gets what is wrong
    /// @throws IOException if it cannot be read, or there is no room for copies
    public static Counts run(Path root, Consumer<Damage> found, Steps steps) throws IOException {
        Path scratch = Files.createTempDirectory("verify");
        try {
            DataCheck check = new DataCheck(root, scratch, found, steps);
            check.run();
            return new Counts(check.objects, check.journalFiles, check.bytes);
        } finally {
            Files.delete(scratch);
        }
    }

    private void run() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            bytes = files.filter(Files::isRegularFile).mapToLong(DataCheck::size).sum();
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        }
        DataDirectory.formatDamage(root).ifPresent(found);
        Inspection inspection = Inspection.read(root, found, this::read);
        journalFiles = inspection.files();
        ObjectCheck check = new ObjectCheck(root, scratch, inspection, found);
        new Layout(root, found).visit(path -> checkFile(path, check));
        Set<String> journaled = inspection.databases();
        for (String file : journaled) {
            if (isWithoutFiles(file)) {
                check.run(file);
            }
        }
        new IndexCheck(root, scratch, found)
                .run(file -> {
                    check.committed(file);
                    if (isWithoutFiles(file) && !journaled.contains(file)) {
                        found.accept(
                                new Damage(
                                        Kind.MISSING,
                                        file,
                                        "index.sqlite knows this object, and its database is"
                                                + " missing"));
                    }
                });
        steps.at(bytes, bytes);
    }

    private void checkFile(String path, ObjectCheck check) throws IOException {
        String database = Layout.database(path);
        String past = Layout.databaseOfHistory(path);
        boolean isPastOfMissing = !past.isEmpty() && !hasDatabase(past);
        boolean isSecondName =
                path.equals(database) && Files.exists(Scratch.aside(root.resolve(path)));
        if (path.endsWith("-aside") && Files.exists(root.resolve(Scratch.withoutAside(path)))) {
            found.accept(
                    new Damage(
                            Kind.DAMAGED,
                            path,
                            "there is this file without -aside, too; a start refuses to choose"));
        }
        if (!database.isEmpty() && !isSecondName) {
            check.run(database);
            objects++;
        } else if (isPastOfMissing) {
            check.run(past);
            objects++;
        } else if (Layout.isRestore(path)) {
            checkRestore(path);
        }
        if (!path.endsWith(".journal")) { // These were read first.
            read(size(root.resolve(path)));
        }
    }

    private void checkRestore(String path) throws IOException {
        Path copy = scratch.resolve("restore.sqlite");
        try {
            IntegrityCheck.copy(root.resolve(path), copy);
            String wrong = IntegrityCheck.run(copy);
            if (!wrong.isEmpty()) {
                found.accept(new Damage(Kind.DAMAGED, path, "SQLite says: " + wrong));
            }
        } finally {
            IntegrityCheck.delete(copy);
        }
    }

    private boolean isWithoutFiles(String file) {
        Path past = root.resolve("history").resolve(historyOf(file));
        return !hasDatabase(file) && Files.notExists(past);
    }

    private static String historyOf(String file) {
        return file.substring(0, file.length() - ".sqlite".length()) + ".history";
    }

    private boolean hasDatabase(String file) {
        return Files.exists(Scratch.present(root.resolve(file)));
    }

    private void read(long more) {
        done = Math.min(bytes, done + more);
        steps.at(done, bytes);
    }

    private static long size(Path file) {
        return file.toFile().length();
    }
}
