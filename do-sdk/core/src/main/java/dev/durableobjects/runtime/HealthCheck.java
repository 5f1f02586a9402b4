package dev.durableobjects.runtime;

import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.journal.Journal;
import dev.durableobjects.internal.journal.JournalState;
import dev.durableobjects.internal.journal.MissingDatabaseException;
import dev.durableobjects.runtime.Health.Problem;
import dev.durableobjects.runtime.Health.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Looks at the parts of a runtime that can fail as a whole. Safe for use by many threads.
///
/// @param directory holds the data
record HealthCheck(Journal journal, Disk disk, Path directory, Limits limits) {

    /// How far the journal may exceed its bound before it is reported: a file is being freed then.
    private static final double LENIENCE = 1.25;

    /// How many files a message names.
    private static final int NAMED_MAX = 3;

    /// @param indexFailure why nobody is woken, empty if somebody may be
    Health run(boolean isClosing, String indexFailure) {
        List<Problem> problems = new ArrayList<>();
        if (isClosing) {
            problems.add(new Problem(Reason.CLOSING, "the runtime is closing or closed"));
        }
        checkJournal(journal.state(), problems);
        if (!indexFailure.isEmpty()) {
            problems.add(
                    new Problem(
                            Reason.INDEX_FAILED,
                            "no alarm runs, because index.sqlite in %s cannot be used: %s"
                                    .formatted(directory, indexFailure)));
        }
        checkDatabases(journal.redo().missing().found(), problems);
        checkHistory(problems);
        checkDisk(problems);
        return new Health(problems);
    }

    private static void checkJournal(JournalState state, List<Problem> problems) {
        if (!state.failure().isEmpty()) {
            problems.add(new Problem(Reason.JOURNAL_FAILED, state.failure()));
        } else if (state.isLate()) {
            problems.add(
                    new Problem(
                            Reason.JOURNAL_LATE,
                            "a commit is not durable after Limit.COMMIT_SECONDS"));
        }
        if (state.isStuck()) {
            problems.add(
                    new Problem(
                            Reason.JOURNAL_LONG,
                            ("the journal only grows: %s. Start the process again: that writes what"
                                            + " databases may lack, and nothing is lost")
                                    .formatted(state.obstacle())));
        } else if (state.bytes() > state.bytesMax() * LENIENCE) {
            problems.add(
                    new Problem(
                            Reason.JOURNAL_LONG,
                            "the journal has %d bytes instead of %d; its oldest file waits for: %s"
                                    .formatted(state.bytes(), state.bytesMax(), state.obstacle())));
        }
    }

    private static void checkDatabases(List<String> missing, List<Problem> problems) {
        if (!missing.isEmpty()) {
            problems.add(
                    new Problem(
                            Reason.DATABASE_MISSING,
                            "%d objects cannot be used, because their databases are missing: %s; %s"
                                    .formatted(
                                            missing.size(),
                                            String.join(
                                                    ", ",
                                                    missing.subList(
                                                            0,
                                                            Math.min(missing.size(), NAMED_MAX))),
                                            MissingDatabaseException.REMEDY)));
        }
    }

    private void checkHistory(List<Problem> problems) {
        String failure = journal.history().failure();
        if (!failure.isEmpty()) {
            String message =
                    "the objects are well, but history in "
                            + directory
                            + " cannot be sorted, which is tried again each minute. If a file is"
                            + " damaged or missing, stop the process and put that file back from a"
                            + " backup, or give up what was and delete the directory 'history';"
                            + " verifying the data directory names all such files. It was: "
                            + failure;
            problems.add(new Problem(Reason.HISTORY_FAILED, message));
        }
    }

    private void checkDisk(List<Problem> problems) {
        long least = (long) limits.get(Limit.FREE_DISK_MIB) << 20;
        try {
            long free = disk.freeBytes(directory);
            if (free < least) {
                problems.add(
                        new Problem(
                                Reason.DISK_LOW,
                                "%d bytes are free on the disk of %s, and %d should be"
                                        .formatted(free, directory, least)));
            }
        } catch (IOException e) {
            problems.add(
                    new Problem(Reason.DISK_LOW, "the free space of the disk is unknown: " + e));
        }
    }
}
