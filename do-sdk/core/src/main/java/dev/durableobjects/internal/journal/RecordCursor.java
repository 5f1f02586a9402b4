package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.journal.JournalRecord.Head;
import dev.durableobjects.internal.journal.SegmentReader.Found;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Goes through the records of a batch. It makes nothing of those that it passes, not even a text
/// of a name: a start passes a million of them. Not safe for several threads.
final class RecordCursor {

    private final SegmentReader source;
    private final ByteBuffer content;
    private final int batchEnd;
    private int left;
    private int begin;
    private int fixed;
    private int end;

    /// Makes a cursor that stands before the first record.
    RecordCursor(SegmentReader source, Found batch) {
        this.source = source;
        this.content = source.content();
        this.batchEnd = batch.end();
        this.left = batch.records();
        this.end = batch.offset();
    }

    /// Goes to the next record.
    ///
    /// @return false if there is none
    /// @throws IOException if the record does not end in its batch
    boolean next() throws IOException {
        if (left == 0) {
            return false;
        }
        left--;
        begin = end;
        fixed = begin + Short.BYTES + nameBytes();
        end = JournalRecord.end(source.version(), content, fixed);
        if (end > batchEnd) {
            throw source.damagedAt(begin);
        }
        return true;
    }

    /// Returns where the record begins in the file.
    int offset() {
        return begin;
    }

    /// Returns how many bytes the record has.
    int length() {
        return end - begin;
    }

    /// Returns where the name of the database begins in the file.
    int nameOffset() {
        return begin + Short.BYTES;
    }

    /// Returns how many bytes the name of the database has.
    int nameBytes() {
        return Short.toUnsignedInt(content.getShort(begin));
    }

    /// Returns whether the pages are the whole database.
    boolean isWhole() {
        return (flags() & JournalRecord.WHOLE) != 0;
    }

    /// Returns whether the record says anything besides its pages.
    boolean hasFact() {
        return (flags() & JournalRecord.FACT) != 0;
    }

    /// Returns the last position of the object's record before, 0 if unknown.
    long previous() {
        return content.getLong(fixed + JournalRecord.PREVIOUS_AT);
    }

    /// Returns the position of the last commit in the record.
    long last() {
        return content.getLong(fixed + JournalRecord.LAST_AT);
    }

    /// Returns the beginning of the record.
    Head head() {
        return Head.read(source.version(), content.duplicate().position(begin));
    }

    private byte flags() {
        return content.get(fixed);
    }
}
