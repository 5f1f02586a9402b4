package dev.durableobjects.internal.journal;

import dev.durableobjects.BookmarkException;
import dev.durableobjects.BookmarkException.Reason;
import dev.durableobjects.internal.journal.JournalRecord.Head;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// What is known of one object's past: a base, and the records behind it in their order. Not safe
/// for several threads.
final class Timeline {

    /// How much of the changes is collected before it is written.
    private static final long COLLECTED_BYTES = 16 << 20;

    /// A copy of the database as it was.
    ///
    /// @param position the last commit in it
    /// @param millis when that was
    /// @param checksum of the copy, empty if nobody wrote it down
    record Base(Path path, long position, long millis, OptionalInt checksum) {}

    /// A record, and where it is.
    ///
    /// @param source the file that holds it
    /// @param millis when it was written
    record Entry(Path source, int offset, int length, Head head, long millis) {

        /// Makes one of the record that a cursor stands at.
        static Entry of(Path source, RecordCursor record, long millis) {
            return new Entry(source, record.offset(), record.length(), record.head(), millis);
        }

        /// Adds what the record has changed.
        void collect(PageChanges changes) throws IOException {
            ByteBuffer record = read();
            changes.add(Head.read(head.version(), record), record);
        }

        private ByteBuffer read() throws IOException {
            byte[] record = new byte[length];
            try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "r")) {
                file.seek(offset);
                file.readFully(record);
            }
            return ByteBuffer.wrap(record);
        }
    }

    private final @Nullable Base base;
    private final List<Entry> entries = new ArrayList<>();
    private boolean isBroken;

    /// Begins a timeline.
    ///
    /// @param base null if nothing was before the first record
    Timeline(@Nullable Base base) {
        this.base = base;
    }

    /// Adds a record, unless it is known already. What has nothing to stand on does not count.
    void add(Entry entry) {
        if (entry.head().last() <= last()) {
            return;
        }
        if (base == null && entries.isEmpty() && !entry.head().isWhole()) {
            isBroken = true;
            return;
        }
        entries.add(entry);
    }

    /// Says that there was something of which nothing is known.
    void breakOff() {
        isBroken = true;
    }

    @Nullable Base base() {
        return base;
    }

    List<Entry> entries() {
        return entries;
    }

    /// Returns whether there is nothing in it, not even a record that does not count.
    boolean isEmpty() {
        return base == null && entries.isEmpty() && !isBroken;
    }

    /// Returns whether there are records and nothing that they stand on.
    boolean isGroundless() {
        return base == null && entries.isEmpty() && isBroken;
    }

    /// Returns the last position in it, 0 if there is none.
    long last() {
        if (!entries.isEmpty()) {
            return entries.getLast().head().last();
        }
        return base == null ? 0 : base.position();
    }

    /// Returns the first position whose state is known: 0 if the object's whole life is.
    private long begin() {
        if (base != null) {
            return base.position();
        }
        if (entries.isEmpty()) {
            return isBroken ? Long.MAX_VALUE : 0;
        }
        Head first = entries.getFirst().head();
        return isBroken || first.databasePages() == 0 ? first.first() : 0;
    }

    /// Returns the position of the state at a time.
    ///
    /// @throws BookmarkException if it is not known
    long positionAt(long millis) {
        long position = Long.MIN_VALUE;
        if (base != null && base.millis() <= millis) {
            position = base.position();
        }
        for (Entry entry : entries) {
            if (entry.millis() <= millis) {
                position = entry.head().last();
            }
        }
        if (position != Long.MIN_VALUE) {
            return position;
        }
        if (begin() > 0) {
            throw tooOld();
        }
        return entries.isEmpty() ? 0 : entries.getFirst().head().first() - 1;
    }

    /// Writes the database as it was at a moment.
    ///
    /// @param target a file that does not exist; it is empty if there was no database
    /// @throws BookmarkException if it is not known
    void write(Moment moment, Path target) throws IOException {
        if (moment.position() < begin()) {
            throw tooOld();
        }
        int end = end(moment);
        int begin = 0;
        for (int i = 0; i < end; i++) {
            if (entries.get(i).head().isWhole()) {
                begin = i;
            }
        }
        if (base != null && (end == 0 || !entries.get(begin).head().isWhole())) {
            Files.copy(base.path(), target);
        }
        try (RandomAccessFile database = new RandomAccessFile(target.toFile(), "rw")) {
            apply(entries.subList(begin, end), database);
        }
    }

    /// Writes what records have changed into a database.
    static void apply(List<Entry> records, RandomAccessFile database) throws IOException {
        PageChanges changes = new PageChanges();
        for (Entry entry : records) {
            entry.collect(changes);
            if (changes.bytes() > COLLECTED_BYTES) {
                changes.writeTo(database);
                changes = new PageChanges();
            }
        }
        if (!changes.isEmpty()) {
            changes.writeTo(database);
        }
    }

    /// Returns how many records count at a moment.
    private int end(Moment moment) {
        int end = 0;
        while (end < entries.size() && counts(entries.get(end).head(), moment)) {
            end++;
        }
        while (end > 0 && entries.get(end - 1).head().isPart()) {
            end--; // No moment is in the middle of a restore.
        }
        return end;
    }

    private static boolean counts(Head head, Moment moment) {
        return head.first() <= moment.position() || (moment.isBeforeRestore() && !head.isRestore());
    }

    private BookmarkException tooOld() {
        String since;
        if (base != null) {
            since = "begins at " + Instant.ofEpochMilli(base.millis());
        } else if (entries.isEmpty()) {
            since = "has not begun: the first copy of the database is still to be made";
        } else {
            since = "begins at " + Instant.ofEpochMilli(entries.getFirst().millis());
        }
        return new BookmarkException(
                Reason.TOO_OLD, "the moment is too old: the history of this object " + since);
    }
}
