package dev.durableobjects.internal.journal;

import static dev.durableobjects.internal.journal.TestJournals.change;
import static dev.durableobjects.internal.journal.TestJournals.file;
import static dev.durableobjects.internal.journal.TestJournals.open;
import static dev.durableobjects.internal.journal.TestJournals.page;
import static dev.durableobjects.internal.journal.TestJournals.segments;
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

    /// The bytes that the hash leaves out.
    @Test
    void namesOfOneHashAreNotMixedUp() throws IOException {
        String same = "/".repeat(Long.BYTES);
        List<String> names = List.of(same, "a" + same, "b" + same, "ab" + same, "short");
        journal(names.stream().map(RecordIndexTest::empty));

        RecordIndex index = read();

        assertThat(index.files().size(), is(names.size()));
        for (int i = 0; i < names.size(); i++) {
            assertThat(places(index, names.get(i)).last(), is(i + 1L));
        }
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
