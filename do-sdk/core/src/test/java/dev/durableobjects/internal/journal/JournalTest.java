package dev.durableobjects.internal.journal;

import static dev.durableobjects.internal.journal.TestJournals.change;
import static dev.durableobjects.internal.journal.TestJournals.open;
import static dev.durableobjects.internal.journal.TestJournals.recovered;
import static dev.durableobjects.internal.journal.TestJournals.segment;
import static dev.durableobjects.internal.journal.TestJournals.whole;
import static dev.durableobjects.internal.journal.TestJournals.write;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.journal.SegmentReader.Found;
import dev.durableobjects.spi.CommitFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How commits become durable, and what happens when they cannot.
class JournalTest {

    private static final long BYTES_MAX = 1 << 20;

    @TempDir private Path root;

    private final FaultyDisk disk = new FaultyDisk();

    @Test
    void aWholeDatabaseNeedsNothingOfWhatWasBeforeIt() throws IOException {
        try (Journal journal = TestJournals.open(root)) {
            TestJournals.write(journal, TestJournals.change(1, 2));
            TestJournals.write(journal, TestJournals.whole(1, 3));
        }

        assertThat(TestJournals.recovered(root, 1), is(3));
    }

    @Test
    void commitsOfManyObjectsThatWaitTogetherNeedOneSync() throws IOException {
        try (Journal journal = open(root, disk, BYTES_MAX)) {
            disk.hold();
            journal.append(whole(0, 1));
            disk.awaitHeld();
            int before = disk.forces();
            for (int i = 1; i <= 50; i++) {
                journal.append(whole(i, i));
            }

            disk.release();
            journal.awaitDurable(51);

            assertThat(disk.forces() - before, is(1));
        }
        for (int i = 1; i <= 50; i++) {
            assertThat(recovered(root, i), is(i));
        }
    }

    @Test
    void isNotDurableBeforeItsSync() throws IOException {
        try (Journal journal = open(root, disk, BYTES_MAX)) {
            disk.hold();
            long position = journal.append(whole(0, 1));
            disk.awaitHeld();

            long meanwhile = journal.durable();
            disk.release();
            journal.awaitDurable(position);

            assertThat(meanwhile, is(0L));
            assertThat(journal.durable(), is(position));
        }
    }

    @Test
    void commitsOfOneObjectThatWaitTogetherAreMergedIntoTheNewestPages() throws IOException {
        try (Journal journal = open(root, disk, BYTES_MAX)) {
            disk.hold();
            journal.append(whole(0, 1));
            disk.awaitHeld();
            journal.append(change(0, 2));
            journal.append(change(0, 3));
            disk.release();
            journal.awaitDurable(journal.append(change(0, 4)));
        }

        SegmentReader reader = Objects.requireNonNull(SegmentReader.open(segment(root, 1), 1));
        Found first = Objects.requireNonNull(reader.next());
        Found second = Objects.requireNonNull(reader.next());
        while (reader.next() != null) {
            assertThat(reader.before(), is(0L));
        }

        assertThat(first.last(), is(1L));
        assertThat("one record for all of them", second.records(), is(1));
        assertThat(recovered(root, 0), is(4));
    }

    @Test
    void failsForGoodAfterAFailedSync() throws IOException {
        try (Journal journal = open(root, disk, BYTES_MAX)) {
            write(journal, whole(0, 1));
            disk.failForces("disk on fire");
            int before = disk.forces();

            long lost = journal.append(change(0, 2));
            CommitFailedException failure =
                    assertThrows(CommitFailedException.class, () -> journal.awaitDurable(lost));
            disk.failForces("");

            assertThat(failure.getMessage(), containsString("disk on fire"));
            assertThat("a time-out", failure.isTimeout(), is(false));
            assertThrows(CommitFailedException.class, () -> journal.append(change(0, 3)));
            assertThrows(CommitFailedException.class, () -> journal.awaitDurable(1));
            assertThat("it is not tried again", disk.forces() - before, is(1));
        }
    }

    @Test
    void failsForGoodWhenTheDiskIsFull() throws IOException {
        try (Journal journal = open(root, disk, BYTES_MAX)) {
            write(journal, whole(0, 1));
            disk.failWrites("No space left on device");

            long lost = journal.append(change(0, 2));
            assertThrows(CommitFailedException.class, () -> journal.awaitDurable(lost));
            disk.failWrites("");

            assertThrows(CommitFailedException.class, () -> journal.append(change(0, 3)));
        }
        assertThat("what was acknowledged", recovered(root, 0), is(1));
    }

    @Test
    void aHungDiskIsATimeOut() throws IOException {
        Journal journal =
                new Journal(
                        root,
                        disk,
                        Waiting.system(),
                        () -> Instant.EPOCH,
                        0,
                        BYTES_MAX,
                        HistoryRules.off(),
                        JournalIndex.none());
        disk.hold();
        long position = journal.append(whole(0, 1));
        disk.awaitHeld();

        CommitFailedException failure =
                assertThrows(CommitFailedException.class, () -> journal.awaitDurable(position));

        assertThat("a time-out", failure.isTimeout(), is(true));
        assertThat(failure.getCause(), is(nullValue()));
        disk.release();
        while (journal.durable() < position) {
            Thread.onSpinWait();
        }
        journal.close();
        assertThat("it became durable after all", recovered(root, 0), is(1));
    }

    @Test
    void anInterruptedCallerWaitsAndStaysInterrupted() throws IOException {
        try (Journal journal = open(root, disk, BYTES_MAX)) {
            Thread.currentThread().interrupt();

            write(journal, whole(0, 1));

            assertThat("interrupted", Thread.interrupted(), is(true));
        }
    }

    @Test
    void refusesWhatComesAfterItsEnd() throws IOException {
        Journal journal = open(root);
        journal.close();

        assertThrows(CommitFailedException.class, () -> journal.append(whole(0, 1)));
    }

    @Test
    void aClockThatGoesBackDoesNoHarm() throws IOException {
        AtomicLong millis = new AtomicLong(1_000_000);
        for (int i = 1; i <= 3; i++) {
            try (Journal journal =
                    new Journal(
                            root,
                            disk,
                            Waiting.system(),
                            () -> Instant.ofEpochMilli(millis.addAndGet(-1_000)),
                            30,
                            BYTES_MAX,
                            HistoryRules.off(),
                            JournalIndex.none())) {
                write(journal, i == 1 ? whole(0, 1) : change(0, i));
                write(journal, change(0, 10 + i));
            }
        }

        assertThat(recovered(root, 0), is(13));
    }
}
