package dev.durableobjects.internal.journal;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.PageImage;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/// Journals of a test's directory, and commits of databases whose pages hold one value each.
final class TestJournals {

    static final int PAGE_BYTES = 512;
    static final int PAGES = 2;

    private TestJournals() {}

    static Journal open(Path root) throws IOException {
        return open(root, Disk.system(), 1 << 20);
    }

    static Journal open(Path root, Disk disk, long bytesMax) throws IOException {
        return open(root, disk, bytesMax, JournalIndex.none());
    }

    static Journal open(Path root, Disk disk, long bytesMax, JournalIndex index)
            throws IOException {
        return new Journal(
                root,
                disk,
                Waiting.system(),
                () -> Instant.ofEpochMilli(1_000),
                30,
                bytesMax,
                HistoryRules.off(),
                index);
    }

    /// Returns the name of a database.
    static String file(int database) {
        return "objects/key/%02d/%064d.sqlite".formatted(database % 100, database);
    }

    /// Returns the first commit of a database.
    static Commit whole(int database, int value) {
        return commit(database, true, page(1, value), page(2, value));
    }

    /// Returns a commit that changes the second page.
    static Commit change(int database, int value) {
        return commit(database, false, page(2, value));
    }

    static Commit commit(int database, boolean isWhole, PageImage... pages) {
        return commit(DurableObjectId.of(new byte[32]), database, isWhole, Wake.UNCHANGED, pages);
    }

    static Commit commit(
            DurableObjectId id, int database, boolean isWhole, Wake wake, PageImage... pages) {
        return new Commit(id, file(database), isWhole, PAGE_BYTES, PAGES, List.of(pages), wake);
    }

    /// Returns a commit of an object with a name that says when to wake it.
    static Commit waking(int database, String name, int value, long millis) {
        return commit(
                DurableObjectId.of(new byte[32], name),
                database,
                false,
                new Wake(millis),
                page(2, value));
    }

    static PageImage page(int number, int value) {
        byte[] bytes = new byte[PAGE_BYTES];
        Arrays.fill(bytes, (byte) value);
        return new PageImage(number, bytes, 0, PageImage.ALL);
    }

    /// Appends, and waits.
    static long write(Journal journal, Commit commit) {
        long position = journal.append(commit);
        journal.awaitDurable(position);
        return position;
    }

    /// Opens a journal and closes it, and returns the value of the second page of a database.
    static int recovered(Path root, int database) throws IOException {
        try (Journal journal = open(root)) {
            return value(root, journal, database);
        }
    }

    static int value(Path root, Journal journal, int database) throws IOException {
        journal.redo().prepare(file(database));
        journal.redo().release(file(database), Redo.Closed.WHOLE);
        Path file = root.resolve(file(database));
        return Files.exists(file) ? Files.readAllBytes(file)[PAGE_BYTES] : 0;
    }

    static Path segment(Path root, long number) {
        return Segment.file(root.resolve(Segments.DIRECTORY), number);
    }

    static List<Long> segments(Path root) throws IOException {
        return Segment.numbers(root.resolve(Segments.DIRECTORY));
    }

    /// Returns where a segment's batches end.
    static int end(Path root, long number) throws IOException {
        SegmentReader reader = SegmentReader.open(segment(root, number), number);
        if (reader == null) {
            return 0;
        }
        while (reader.next() != null) {
            reader.lastWhole();
        }
        return reader.lastWhole().limit();
    }
}
