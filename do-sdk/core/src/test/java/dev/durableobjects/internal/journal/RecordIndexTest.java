package dev.durableobjects.internal.journal;

import static dev.durableobjects.internal.journal.TestJournals.change;
import static dev.durableobjects.internal.journal.TestJournals.file;
import static dev.durableobjects.internal.journal.TestJournals.open;
import static dev.durableobjects.internal.journal.TestJournals.page;
import static dev.durableobjects.internal.journal.TestJournals.segments;
import static dev.durableobjects.internal.journal.TestJournals.waking;
import static dev.durableobjects.internal.journal.TestJournals.whole;
import static java.util.Objects.requireNonNull;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.internal.journal.SegmentReader.Found;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a start learns of the records in a journal.
class RecordIndexTest {

    /// More than any table of them begins with.
    private static final int DATABASES = 3_000;

    @TempDir private Path root;

    @Test
    void findsTheRecordsOfManyDatabases() throws IOException {
        journal(IntStream.range(0, DATABASES).mapToObj(i -> whole(i, 1)));
        journal(IntStream.range(0, DATABASES).mapToObj(i -> change(i, 2)));

        RecordIndex index = read();

        assertThat(index.files().size(), is(DATABASES));
        for (int i = 0; i < DATABASES; i++) {
            Places places = places(index, file(i));
            assertThat(places.count(), is(2));
            assertThat(places.last(), is(DATABASES + i + 1L));
            assertThat(head(places, 0).first(), is(i + 1L));
            assertThat(head(places, 1).first(), is(places.last()));
            assertThat(head(places, 1).file(), is(file(i)));
        }
    }

    /// Their names differ in bytes that the hash leaves out.
    @Test
    void namesOfOneHashAreNotMixedUp() throws IOException {
        String same = "/".repeat(Long.BYTES);
        List<String> names =
                IntStream.range(0, 700).mapToObj(i -> Integer.toString(i, 3) + same).toList();
        journal(names.stream().map(RecordIndexTest::empty));

        RecordIndex index = read();

        assertThat(index.files().size(), is(names.size()));
        for (int i = 0; i < names.size(); i++) {
            assertThat(places(index, names.get(i)).last(), is(i + 1L));
        }
    }

    /// How long a record is depends on what it says besides its pages.
    @Test
    void findsWhatFollowsANameAndATime() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Journal journal = open(root, disk, 1 << 20)) {
            disk.hold();
            journal.append(whole(0, 1));
            disk.awaitHeld();
            journal.append(waking(1, "zürich", 2, 500)); // These four are one batch.
            journal.append(whole(2, 3));
            journal.append(waking(3, "", 4, 600));
            journal.append(change(0, 5));
            disk.release();
        }

        RecordIndex index = read();

        assertThat(index.files(), is(Set.of(file(0), file(1), file(2), file(3))));
        assertThat(head(places(index, file(1)), 0).name(), is(Optional.of("zürich")));
        assertThat(head(places(index, file(2)), 0).first(), is(3L));
        assertThat(head(places(index, file(3)), 0).wake(), is(new Wake(600)));
        assertThat(head(places(index, file(0)), 1).first(), is(5L));
    }

    @Test
    void aWholeDatabaseLeavesNothingOfWhatWasBefore() throws IOException {
        for (Commit commit : List.of(whole(1, 1), change(1, 2), whole(1, 3), change(1, 4))) {
            journal(Stream.of(commit));
        }

        RecordIndex index = read();
        Places places = places(index, file(1));

        assertThat(places.count(), is(2));
        assertThat(head(places, 0).first(), is(3L));
        assertThat(index.files(), is(Set.of(file(1))));
    }

    private static Places places(RecordIndex index, String file) {
        return requireNonNull(index.places().get(file), file);
    }

    private static Commit empty(String file) {
        return new Commit(
                DurableObjectId.of(new byte[DurableObjectId.LENGTH]),
                file,
                true,
                TestJournals.PAGE_BYTES,
                1,
                List.of(page(1, 1)),
                Wake.UNCHANGED);
    }

    /// Makes a record of each commit.
    private void journal(Stream<Commit> commits) throws IOException {
        try (Journal journal = open(root)) {
            commits.forEach(journal::append);
        }
    }

    private RecordIndex read() throws IOException {
        RecordIndex index = new RecordIndex();
        for (long segment : segments(root)) {
            SegmentReader reader = requireNonNull(SegmentReader.open(path(segment), segment));
            for (Found batch = reader.next(); batch != null; batch = reader.next()) {
                index.add(segment, reader, batch);
            }
        }
        return index;
    }

    private JournalRecord.Head head(Places places, int record) throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(path(places.segment(record)).toFile(), "r")) {
            int version = Segment.version(file);
            file.seek(places.offset(record));
            Stretch stored = new Stretch(file, places.length(record));
            return JournalRecord.Head.read(version, stored.atLeast(places.length(record)));
        }
    }

    private Path path(long segment) {
        return Segment.file(root.resolve(Segments.DIRECTORY), segment);
    }
}
