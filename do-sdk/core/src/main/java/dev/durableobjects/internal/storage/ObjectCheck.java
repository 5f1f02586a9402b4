package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.journal.Damage;
import dev.durableobjects.internal.journal.Damage.Kind;
import dev.durableobjects.internal.journal.Inspection;
import dev.durableobjects.internal.journal.Past;
import dev.durableobjects.internal.journal.Redo;
import dev.durableobjects.internal.journal.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/// Reads one object's database and history, and finds damage. What the database would hold at its
/// next use is made in a scratch directory. Not safe for several threads.
final class ObjectCheck {

    /// A database of one page has no tables, and may have had no commit.
    private static final int PAGE_BYTES = 4_096;

    private final Path root;
    private final Path scratch;
    private final Inspection inspection;
    private final Consumer<Damage> found;

    /// The databases that may have had no commit, and have no history.
    private final Set<String> unborn = new HashSet<>();

    /// The databases that are empty although no commit that is known has left them so.
    private final Set<String> empty = new HashSet<>();

    /// Checks the objects of a data directory.
    ///
    /// @param scratch a directory for copies
    /// @param found gets what is wrong
    ObjectCheck(Path root, Path scratch, Inspection inspection, Consumer<Damage> found) {
        this.root = root;
        this.scratch = scratch;
        this.inspection = inspection;
        this.found = found;
    }

    /// Checks an object.
    ///
    /// @param file the path of its database in the data directory, which may be missing
    void run(String file) throws IOException {
        Past past = inspection.past(file);
        Path now = scratch.resolve("now.sqlite");
        Path known = scratch.resolve("known.sqlite");
        try {
            check(file, past, now, known);
        } finally {
            IntegrityCheck.delete(now);
            IntegrityCheck.delete(known);
        }
    }

    private void check(String file, Past past, Path now, Path known) throws IOException {
        if (!copyDatabase(file, now)) {
            if (!past.isWhole()) {
                checkMayBeMissing(file, past, known);
                return;
            }
            Files.createFile(now);
        }
        if (past.isChanged()) {
            past.redo(now);
        }
        boolean isUnborn = Files.size(now) <= PAGE_BYTES;
        boolean isGone = Redo.isUnborn(now);
        if (isGone) {
            Files.write(now, new byte[0]);
            if (!past.isEmpty()) {
                empty.add(file);
            }
        }
        if (past.isLost()) {
            if (isUnborn) {
                unborn.add(file);
            } else {
                reportLostHistory(file);
            }
        }
        if (past.isKnown() && !(isUnborn && past.isEmpty())) {
            past.write(known);
            if (!isGone || !isUnborn(past, known)) {
                compare(file, now, known);
            }
        }
        checkIntegrity(file, now);
    }

    /// Hears of an object that has committed something, behind all the others.
    void committed(String file) {
        if (empty.remove(file)) {
            report(Kind.DAMAGED, file, "the database is empty");
        }
        if (unborn.remove(file)) {
            reportLostHistory(file);
        }
    }

    private void reportLostHistory(String file) {
        report(Kind.MISSING, file, "the history of this object is missing");
    }

    private boolean copyDatabase(String file, Path copy) throws IOException {
        Path source = Scratch.present(root.resolve(file));
        if (Files.notExists(source)) {
            return false;
        }
        Files.copy(source, copy);
        return true;
    }

    /// A file whose first commit never came may have gone with the power, also if history begins
    /// with it.
    private void checkMayBeMissing(String file, Past past, Path known) throws IOException {
        boolean isUnborn = false;
        if (past.isKnown()) {
            past.write(known);
            isUnborn = isUnborn(past, known);
        }
        if (!past.isEmpty() && !isUnborn) {
            report(
                    Kind.MISSING,
                    file,
                    "the database is missing, and the journal has not all of it");
        }
    }

    /// Returns whether nothing is known but a database without tables, which nobody has forced.
    private static boolean isUnborn(Past past, Path known) throws IOException {
        return past.isWithoutCommits() && Files.size(known) <= PAGE_BYTES;
    }

    private void compare(String file, Path now, Path known) throws IOException {
        long at = Files.mismatch(now, known);
        if (at >= 0) {
            report(
                    Kind.DAMAGED,
                    file,
                    "byte %d is not what was committed; the file has %d bytes, expected %d"
                            .formatted(at, Files.size(now), Files.size(known)));
        }
    }

    private void checkIntegrity(String file, Path now) throws IOException {
        if (Layout.restores(file).stream().anyMatch(one -> Files.exists(root.resolve(one)))) {
            return; // A process may have ended half-way through a restore; it will be done again.
        }
        String wrong = IntegrityCheck.run(now);
        if (!wrong.isEmpty()) {
            report(Kind.DAMAGED, file, "SQLite says: " + wrong);
        }
    }

    private void report(Kind kind, String file, String message) {
        found.accept(new Damage(kind, file, message));
    }
}
