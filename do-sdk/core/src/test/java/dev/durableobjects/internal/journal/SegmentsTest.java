package dev.durableobjects.internal.journal;

import static dev.durableobjects.internal.journal.TestJournals.change;
import static dev.durableobjects.internal.journal.TestJournals.file;
import static dev.durableobjects.internal.journal.TestJournals.open;
import static dev.durableobjects.internal.journal.TestJournals.recovered;
import static dev.durableobjects.internal.journal.TestJournals.segments;
import static dev.durableobjects.internal.journal.TestJournals.value;
import static dev.durableobjects.internal.journal.TestJournals.whole;
import static dev.durableobjects.internal.journal.TestJournals.write;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How old files of the journal are freed, and what is behind is found again.
class SegmentsTest {

    private static final long BYTES_MAX = 64 << 10;
    private static final int DATABASES = 20;
    private static final int ROUNDS = 40;

    @TempDir private Path root;

    @Test
    void oldFilesAreFreedAndNothingIsLost() throws IOException {
        try (Journal journal = open(root)) {
            for (int i = 0; i < DATABASES; i++) {
                write(journal, whole(i, 1));
            }
        }
        // Nobody opens a database in this life; what the last one wrote is only in the journal.
        try (Journal journal = open(root, Disk.system(), BYTES_MAX)) {
            write(journal, whole(DATABASES, 1));
            writeUntilFirstIsFreed(journal, 1);
        }

        for (int i = 0; i < DATABASES; i++) {
            assertThat(recovered(root, i), is(1));
        }
    }

    @Test
    void aDatabaseWhoseRecordsWereFreedIsForgottenAndCanBeWrittenAgain() throws IOException {
        try (Journal journal = open(root)) {
            write(journal, whole(0, 1));
            write(journal, whole(DATABASES, 1));
        }
        try (Journal journal = open(root, Disk.system(), BYTES_MAX)) {
            write(journal, change(0, 3));
            write(journal, change(DATABASES, 2));
            assertThat(journal.remembered(), is(2));
            while (journal.remembered() > 1) {
                write(journal, change(DATABASES, 2));
            }
            write(journal, change(0, 7));
            write(journal, change(0, 8));
        }

        assertThat(recovered(root, 0), is(8));
    }

    @Test
    void aFileThatCannotBeFreedStays() throws IOException {
        try (Journal journal = open(root, Disk.system(), BYTES_MAX)) {
            journal.checkpointThrough((file, use) -> {
                throw new IOException("cannot checkpoint " + file);
            });
            write(journal, whole(0, 1));
            for (int i = 1; i < ROUNDS * DATABASES; i++) {
                write(journal, change(0, i));
            }

            assertThat(segments(root).getFirst(), is(1L));
        }
        assertThat(recovered(root, 0), is((int) (byte) (ROUNDS * DATABASES - 1)));
    }

    @Test
    void aDatabaseInUseIsLeftToItsObject() throws IOException {
        try (Journal journal = open(root, Disk.system(), BYTES_MAX)) {
            write(journal, whole(0, 1));
            journal.redo().prepare(file(0));

            boolean used = journal.redo().settle(file(0), channel -> {});
            journal.redo().release(file(0), Redo.Closed.WHOLE);
            boolean unused = journal.redo().settle(file(0), channel -> {});

            assertThat("settled while it is used", used, is(false));
            assertThat("settled afterwards", unused, is(true));
        }
    }

    @Test
    void whatADatabaseLostWhenItWasClosedIsTakenFromTheJournal() throws IOException {
        try (Journal journal = open(root, Disk.system(), 1 << 20)) {
            write(journal, whole(0, 1));
            write(journal, whole(1, 1));
            write(journal, change(0, 2));
            journal.redo().prepare(file(0));
            journal.redo().release(file(0), Redo.Closed.WITHOUT_LOG);

            int recovered = value(root, journal, 0);

            assertThat(recovered, is(2));
        }
    }

    @Test
    void aDatabaseThatWasPutAsideIsPutBackBeforeItIsSettled() throws IOException {
        try (Journal journal = open(root)) {
            write(journal, whole(0, 1));
            value(root, journal, 0);
        }
        Path database = root.resolve(file(0));
        try (Journal journal = open(root)) {
            write(journal, change(0, 2));
        }
        Files.createDirectories(database.getParent());
        Files.write(Scratch.aside(database), new byte[2 * TestJournals.PAGE_BYTES]);
        Files.deleteIfExists(database);

        try (Journal journal = open(root)) {
            journal.redo().settle(file(0), channel -> {});

            assertThat("aside", Files.exists(Scratch.aside(database)), is(false));
            assertThat(value(root, journal, 0), is(2));
        }
    }

    private void writeUntilFirstIsFreed(Journal journal, long first) throws IOException {
        for (int i = 0; segments(root).contains(first); i++) {
            write(journal, change(DATABASES, i % 100));
        }
    }
}
