package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.journal.Pieces.Target;
import dev.durableobjects.spi.Commit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.CRC32C;

/// Commits of any objects that become durable with one sync. Not safe for several threads.
final class Batch {

    /// `DOBA`, for a reader of dumps.
    static final int MAGIC = 0x444f4241;

    /// Magic, length of the body, checksum.
    static final int HEAD_BYTES = 3 * Integer.BYTES;

    /// Number of the segment, last position, time, number of records.
    static final int BODY_FIXED_BYTES = 3 * Long.BYTES + Integer.BYTES;

    /// What a buffer must hold at least: a name or a page fits.
    static final int BUFFER_BYTES_MIN = 1 << 17;

    private final Map<String, JournalRecord> records = new LinkedHashMap<>();
    private long last;
    private long pageBytes;
    private OptionalInt checksum = OptionalInt.empty();

    /// Adds a commit.
    ///
    /// @param previous the last position of the object's record before, in an earlier batch
    void add(Commit commit, long position, long previous) {
        JournalRecord known = records.get(commit.file());
        if (known == null) {
            records.put(commit.file(), new JournalRecord(commit, position, previous));
        } else {
            known.add(commit, position);
        }
        last = position;
        pageBytes += (long) commit.pages().size() * commit.pageSize();
    }

    boolean isEmpty() {
        return records.isEmpty();
    }

    /// Returns the position of the last commit.
    long last() {
        return last;
    }

    /// Returns how many bytes of pages were added, those included that a later commit of the same
    /// object has replaced since: the batch holds no more than that.
    long pageBytes() {
        return pageBytes;
    }

    /// Returns the files of the databases.
    Iterable<String> files() {
        return records.keySet();
    }

    /// Returns what the records say besides their pages.
    List<JournalIndex.Fact> facts() {
        return records.values().stream()
                .map(JournalRecord::fact)
                .flatMap(Optional::stream)
                .toList();
    }

    /// Returns a batch without records.
    ///
    /// @param checksum what follows instead of them, empty if nothing
    static Batch mark(long last, OptionalInt checksum) {
        Batch batch = new Batch();
        batch.last = last;
        batch.checksum = checksum;
        return batch;
    }

    /// Returns a batch of one record.
    static Batch of(JournalRecord record) {
        Batch batch = new Batch();
        batch.records.put("", record);
        batch.last = record.last();
        return batch;
    }

    /// Writes the stored form. What it begins with depends on all of it, so it is made twice.
    ///
    /// @param buffer of [#BUFFER_BYTES_MIN] at least
    void write(long segment, long millis, ByteBuffer buffer, Target target) throws IOException {
        Body body = new Body();
        Pieces measured = new Pieces(buffer, body);
        putBody(segment, millis, measured);
        measured.flush();
        Pieces written = new Pieces(buffer, target);
        body.putHead(written.room(HEAD_BYTES));
        putBody(segment, millis, written);
        written.flush();
    }

    private void putBody(long segment, long millis, Pieces target) throws IOException {
        ByteBuffer fixed = target.room(BODY_FIXED_BYTES);
        fixed.putLong(segment).putLong(last).putLong(millis).putInt(records.size());
        for (JournalRecord one : records.values()) {
            one.write(target);
        }
        if (checksum.isPresent()) {
            target.room(Integer.BYTES).putInt(checksum.getAsInt());
        }
    }

    /// The length and the checksum of a body.
    private static final class Body implements Target {

        private final CRC32C checksum = new CRC32C();
        private long length;

        @Override
        public void take(ByteBuffer piece) {
            length += piece.remaining();
            checksum.update(piece);
        }

        void putHead(ByteBuffer target) {
            target.putInt(MAGIC).putInt(Math.toIntExact(length)).putInt((int) checksum.getValue());
        }
    }
}
