package dev.durableobjects.internal.journal;

import dev.durableobjects.spi.Commit;
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

    /// Returns the stored form of a batch without records.
    ///
    /// @param checksum what follows instead of them, empty if nothing
    static ByteBuffer mark(long segment, long last, long millis, OptionalInt checksum) {
        Batch batch = new Batch();
        batch.last = last;
        batch.checksum = checksum;
        return batch.encode(segment, millis, ByteBuffer.allocate(0));
    }

    /// Returns the stored form of a batch of one record.
    static ByteBuffer encode(long segment, JournalRecord record, long millis) {
        Batch batch = new Batch();
        batch.records.put("", record);
        batch.last = record.last();
        return batch.encode(segment, millis, ByteBuffer.allocate(0));
    }

    /// Returns the stored form.
    ///
    /// @param buffer one to use if it is large enough
    ByteBuffer encode(long segment, long millis, ByteBuffer buffer) {
        int body = BODY_FIXED_BYTES + (checksum.isPresent() ? Integer.BYTES : 0);
        for (JournalRecord one : records.values()) {
            body = Math.addExact(body, one.bytes());
        }
        int length = HEAD_BYTES + body;
        ByteBuffer target =
                buffer.capacity() >= length ? buffer.clear() : ByteBuffer.allocateDirect(length);
        target.position(HEAD_BYTES);
        target.putLong(segment).putLong(last).putLong(millis).putInt(records.size());
        records.values().forEach(one -> one.write(target));
        checksum.ifPresent(target::putInt);
        target.flip();
        CRC32C crc = new CRC32C();
        crc.update(target.slice(HEAD_BYTES, body));
        target.putInt(0, MAGIC).putInt(Integer.BYTES, body);
        target.putInt(2 * Integer.BYTES, (int) crc.getValue());
        return target;
    }
}
