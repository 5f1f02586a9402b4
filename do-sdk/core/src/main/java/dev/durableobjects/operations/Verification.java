package dev.durableobjects.operations;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.internal.backup.BackupCheck;
import dev.durableobjects.internal.backup.BackupCheck.Subject;
import dev.durableobjects.internal.journal.Damage;
import dev.durableobjects.internal.storage.DataCheck;
import dev.durableobjects.internal.storage.DirectoryLock;
import dev.durableobjects.internal.value.FileErrors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Reads a whole data directory, or a backup, and says what in it is damaged, missing or foreign.
/// Of a backup that is everything for which a restore refuses it. `docs/operations/verify.md` says
/// what each finding means. Not safe for several threads.
public final class Verification {

    private static final int FINDINGS_MAX = 10_000;

    private final List<Finding> findings = new ArrayList<>();
    private long found;

    private Verification() {}

    /// Verifies a directory that no process uses. Nothing in it is changed; copies of one object at
    /// a time are made in the system's directory for temporary files.
    ///
    /// @throws IllegalStateException if a process uses it, or it is no data directory and no backup
    /// @throws UncheckedIOException if it cannot be read
    public static VerifyReport run(Path directory, Progress progress) {
        requireNonNull(directory, "directory must be a path, was null");
        requireNonNull(progress, "progress must be a Progress, was null");
        Verification verification = new Verification();
        try (DirectoryLock lock = DirectoryLock.hold(directory)) {
            DataCheck.Counts counts =
                    switch (Subject.of(lock.path())) {
                        case OTHER -> verification.checkData(lock.path(), 0, progress);
                        case UNFINISHED -> verification.refuseUnfinished();
                        case BACKUP -> verification.checkBackup(lock.path(), progress);
                    };
            return new VerifyReport(
                    verification.findings,
                    verification.found,
                    counts.objects(),
                    counts.journalFiles(),
                    counts.bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot verify %s: %s".formatted(directory, FileErrors.message(e)), e);
        }
    }

    private DataCheck.Counts refuseUnfinished() {
        add(
                new Damage(
                        Damage.Kind.MISSING,
                        "backup.json",
                        "the backup is not finished: it is being made, or its process ended; the"
                                + " next one in the same directory deletes it"));
        return new DataCheck.Counts(0, 0, 0);
    }

    /// Reads each file twice: as one of a backup, and as one of a data directory.
    private DataCheck.Counts checkBackup(Path backup, Progress progress) throws IOException {
        long bytes =
                BackupCheck.run(
                        backup,
                        this::add,
                        (what, done, total) -> progress.at(what, done, 2 * total));
        return checkData(backup, bytes, progress);
    }

    private DataCheck.Counts checkData(Path directory, long before, Progress progress)
            throws IOException {
        return DataCheck.run(
                directory,
                this::add,
                (done, total) -> progress.at("bytes", before + done, before + total));
    }

    private void add(Damage damage) {
        found++;
        if (findings.size() < FINDINGS_MAX) {
            findings.add(
                    new Finding(
                            Finding.Kind.valueOf(damage.kind().name()),
                            damage.path(),
                            damage.message()));
        }
    }
}
