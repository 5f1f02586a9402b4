package dev.durableobjects.internal.journal;

import static dev.durableobjects.internal.journal.TestJournals.change;
import static dev.durableobjects.internal.journal.TestJournals.file;
import static dev.durableobjects.internal.journal.TestJournals.open;
import static dev.durableobjects.internal.journal.TestJournals.waking;
import static dev.durableobjects.internal.journal.TestJournals.whole;
import static dev.durableobjects.internal.journal.TestJournals.write;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.internal.journal.JournalIndex.Fact;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an index is told of the records of a journal.
class JournalIndexTest {

    @TempDir private Path root;

    private final RecordingIndex index = new RecordingIndex();
    private final FaultyDisk disk = new FaultyDisk();

    @Test
    void hearsOfAnObjectAndOfItsTimesAndOfNothingElse() throws IOException {
        try (Journal journal = open(root, Disk.system(), 1 << 20, index)) {
            write(journal, whole(0, 1));
            write(journal, change(0, 2));
            write(journal, waking(0, "a", 3, 500));
        }

        assertThat(
                index.facts(),
                contains(
                        new Fact(file(0), Optional.empty(), Wake.UNCHANGED),
                        new Fact(file(0), Optional.of("a"), new Wake(500))));
    }

    @Test
    void aRecordOfManyCommitsTellsTheNewestTime() throws IOException {
        try (Journal journal = open(root, disk, 1 << 20, index)) {
            disk.hold();
            journal.append(whole(1, 1));
            disk.awaitHeld();
            journal.append(waking(0, "a", 1, 500));
            journal.append(waking(0, "a", 2, 400));
            long last = journal.append(change(0, 3));
            assertThat("nothing is durable yet", index.facts(), is(empty()));
            disk.release();
            journal.awaitDurable(last);
        }

        assertThat(
                index.facts(),
                contains(
                        new Fact(file(1), Optional.empty(), Wake.UNCHANGED),
                        new Fact(file(0), Optional.of("a"), new Wake(400))));
    }

    @Test
    void aStartTellsEverythingAgainInItsOrder() throws IOException {
        try (Journal journal = open(root)) {
            write(journal, whole(0, 1));
            write(journal, waking(0, "a", 1, 500));
            write(journal, waking(0, "a", 2, 0));
        }

        open(root, Disk.system(), 1 << 20, index).close();

        assertThat(
                index.facts(),
                contains(
                        new Fact(file(0), Optional.empty(), Wake.UNCHANGED),
                        new Fact(file(0), Optional.of("a"), new Wake(500)),
                        new Fact(file(0), Optional.of("a"), Wake.NEVER)));
    }

    @Test
    void isForcedBeforeAFileIsFreed() throws IOException {
        try (Journal journal = open(root)) {
            write(journal, whole(0, 1));
        }
        try (Journal journal = open(root, Disk.system(), 64 << 10, index)) {
            for (int i = 0; TestJournals.segments(root).contains(1L); i++) {
                write(journal, change(0, i % 100));
            }
        }

        assertThat(index.forces(), is(greaterThan(0)));
    }
}
