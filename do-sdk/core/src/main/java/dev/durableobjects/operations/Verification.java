package dev.durableobjects.operations;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.internal.journal.Damage;
import dev.durableobjects.internal.storage.DataCheck;
import dev.durableobjects.internal.storage.DataDirectory;
import dev.durableobjects.internal.value.FileErrors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Reads a whole data directory, or a backup, and says what in it is damaged, missing or foreign.
/// `docs/operations/verify.md` says what each finding means. Not safe for several threads.
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
        try (DataDirectory.Hold hold = DataDirectory.hold(directory)) {
            DataCheck.Counts counts =
                    DataCheck.run(
                            hold.path(),
                            verification::add,
                            (done, total) -> progress.at("bytes", done, total));
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
