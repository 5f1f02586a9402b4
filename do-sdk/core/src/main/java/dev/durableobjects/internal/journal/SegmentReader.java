package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Reads a file of the journal from its beginning to where it ends whole. Not safe for several
/// threads.
final class SegmentReader {

    private final Path file;
    private final long number;
    private final ByteBuffer content;
    private int version;
    private long before;
    private long last;
    private int lastBegin;

    private SegmentReader(Path file, long number, ByteBuffer content) {
        this.file = file;
        this.number = number;
        this.content = content;
    }

    /// A batch that was read.
    ///
    /// @param offset where its first record begins in the file
    /// @param end where it ends
    /// @param records how many there are
    /// @param last the position of its last commit
    /// @param millis when it was written
    record Found(int offset, int end, int records, long last, long millis) {}

    /// Opens a segment.
    ///
    /// @return null if not even its header was written
    /// @throws IOException if it is not a file of this journal
    static @Nullable SegmentReader open(Path file, long number) throws IOException {
        SegmentReader reader = new SegmentReader(file, number, content(file));
        return reader.readHeader() ? reader : null;
    }

    /// Returns the content of a segment. An interrupt waits: it closes a channel, but this one is
    /// nobody else's, so another is opened.
    static ByteBuffer content(Path file) throws IOException {
        boolean isInterrupted = false;
        try {
            while (true) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                    return channel.map(FileChannel.MapMode.READ_ONLY, 0, Files.size(file));
                } catch (ClosedByInterruptException e) {
                    isInterrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Returns the version of the segment.
    int version() {
        return version;
    }

    /// Returns the last position before this segment.
    long before() {
        return before;
    }

    /// Returns the next batch that is whole, null behind the last.
    ///
    /// @throws IOException if a whole batch follows one that is not: then it is no torn end
    @Nullable Found next() throws IOException {
        Found found = nextWritten();
        if (found == null) {
            checkNothingFollows(content.position());
        }
        return found;
    }

    /// Returns the next batch that is whole, null if it is not, or not yet: for a file that is
    /// being written.
    @Nullable Found nextWritten() {
        int at = content.position();
        Found found = batchAt(at);
        if (found == null) {
            return null;
        }
        last = found.last();
        lastBegin = at;
        content.position(found.end());
        return found;
    }

    /// Returns the next batch of a file to which several are appended at once, null behind the last
    /// that counts: as long as they do not, the first of them begins with a zero.
    @Nullable Found nextAppended() throws IOException {
        boolean isUnfinished = content.hasRemaining() && content.get(content.position()) == 0;
        return isUnfinished ? null : next();
    }

    /// Returns the last position of what was read.
    long last() {
        return last;
    }

    /// Returns where the last batch that was read ends.
    int end() {
        return content.position();
    }

    /// Returns the content, for the records of a batch.
    ByteBuffer content() {
        return content;
    }

    /// Returns the last batch that was read, or what is before the first.
    ByteBuffer lastWhole() {
        return content.duplicate().flip().position(lastBegin);
    }

    /// Returns the error for a journal that is damaged where it must be whole.
    static IOException damaged(String what) {
        return new IOException(
                what
                        + "; acknowledged writes may be lost. Restore the data directory from a"
                        + " backup, or the file from a copy");
    }

    /// Returns the error for a segment that is damaged where it must be whole.
    IOException damagedAt(int offset) {
        return damaged("%s is damaged at byte %d".formatted(file, offset));
    }

    private boolean readHeader() throws IOException {
        if (content.capacity() < Segment.HEADER_BYTES || content.getLong(0) == 0) {
            return false;
        }
        ByteBuffer header = ByteBuffer.allocate(Segment.HEADER_BYTES);
        header.put(content.slice(0, Segment.HEADER_BYTES)).clear();
        if (header.getLong() != Segment.MAGIC) {
            throw damaged(file + " does not begin as a journal");
        }
        version = header.getInt();
        if (version < Segment.VERSION_MIN || version > Segment.VERSION) {
            throw new IOException(
                    "%s has version %d, this program reads %d to %d"
                            .formatted(file, version, Segment.VERSION_MIN, Segment.VERSION));
        }
        long named = header.getLong();
        before = header.getLong();
        if (header.getInt() != Segment.checksum(header) || named != number) {
            throw damaged(file + " has a damaged header");
        }
        last = before;
        content.position(Segment.HEADER_BYTES);
        return true;
    }

    private @Nullable Found batchAt(int at) {
        if (at + Batch.HEAD_BYTES > content.capacity() || content.getInt(at) != Batch.MAGIC) {
            return null;
        }
        int body = content.getInt(at + Integer.BYTES);
        int begin = at + Batch.HEAD_BYTES;
        if (body < Batch.BODY_FIXED_BYTES || body > content.capacity() - begin) {
            return null;
        }
        CRC32C checksum = new CRC32C();
        checksum.update(content.slice(begin, body));
        if ((int) checksum.getValue() != content.getInt(at + 2 * Integer.BYTES)
                || content.getLong(begin) != number
                || content.getLong(begin + Long.BYTES) <= last) {
            return null;
        }
        return new Found(
                begin + Batch.BODY_FIXED_BYTES,
                begin + body,
                content.getInt(begin + 3 * Long.BYTES),
                content.getLong(begin + Long.BYTES),
                content.getLong(begin + 2 * Long.BYTES));
    }

    /// A batch is written when the one before is durable. So only the last can be torn, and if a
    /// whole one follows, what is broken here was whole once.
    private void checkNothingFollows(int from) throws IOException {
        for (int at = from + 1; at < content.capacity() - Batch.HEAD_BYTES; at++) {
            if (content.getInt(at) == Batch.MAGIC && batchAt(at) != null) {
                throw damagedAt(from);
            }
        }
    }
}
