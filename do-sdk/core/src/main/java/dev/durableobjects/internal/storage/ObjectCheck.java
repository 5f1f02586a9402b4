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
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/// Reads one object's database and history, and finds damage. What the database would hold at its
/// next use is made in a scratch directory. Not safe for several threads.
final class ObjectCheck {

    private final Path root;
    private final Path scratch;
    private final Inspection inspection;
    private final Consumer<Damage> found;

    /// What is damage if the object has committed something, by the path of its database.
    private final Map<String, Damage> unlessUnborn = new HashMap<>();

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
                checkMissing(file, past);
                return;
            }
            Files.createFile(now);
        }
        if (past.isChanged()) {
            past.redo(now);
        }
        boolean isUnborn = Files.size(now) <= Redo.UNBORN_BYTES;
        boolean isGone = Redo.isUnborn(now);
        if (isGone) {
            Files.write(now, new byte[0]);
            if (!past.isEmpty()) {
                reportLoss(true, Kind.DAMAGED, file, "the database is empty");
            }
        }
        if (past.isLost()) {
            reportLoss(isUnborn, Kind.MISSING, file, "the history of this object is missing");
        }
        boolean mayDiffer = (isUnborn && past.isEmpty()) || (isGone && past.isUnborn());
        if (past.isKnown() && !mayDiffer) {
            past.write(known);
            compare(file, now, known);
        }
        checkIntegrity(file, now);
    }

    /// Hears of an object that has committed something, behind all the others.
    void committed(String file) {
        Damage loss = unlessUnborn.remove(file);
        if (loss != null) {
            found.accept(loss);
        }
    }

    /// @param mayBeUnborn whether it is damage only if the object has committed something
    private void reportLoss(boolean mayBeUnborn, Kind kind, String file, String message) {
        Damage loss = new Damage(kind, file, message);
        if (mayBeUnborn) {
            unlessUnborn.putIfAbsent(file, loss);
        } else {
            found.accept(loss);
        }
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
    private void checkMissing(String file, Past past) throws IOException {
        if (!past.isEmpty()) {
            reportLoss(
                    past.isUnborn(),
                    Kind.MISSING,
                    file,
                    "the database is missing, and the journal has not all of it");
        }
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
