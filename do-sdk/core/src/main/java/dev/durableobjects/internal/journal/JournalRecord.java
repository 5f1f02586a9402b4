package dev.durableobjects.internal.journal;

import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.PageImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/// The commits of one object that become durable together: of each page its newest image. Not safe
/// for several threads.
final class JournalRecord {

    private static final int WHOLE = 1;

    /// Flags, three positions, page size, database pages, number of pages.
    private static final int FIXED_BYTES = 1 + 3 * Long.BYTES + 3 * Integer.BYTES;

    private final byte[] file;
    private final long previous;
    private final long first;
    private final Map<Integer, PageImage> pages = new TreeMap<>();
    private long last;
    private boolean isWhole;
    private int pageSize;
    private int databasePages;

    /// Begins a record with a commit.
    ///
    /// @param previous the last position of the object's record before, 0 if the journal has none
    JournalRecord(Commit commit, long position, long previous) {
        this.file = commit.file().getBytes(StandardCharsets.UTF_8);
        this.first = position;
        this.previous = previous;
        add(commit, position);
    }

    /// Adds a later commit of the object.
    void add(Commit commit, long position) {
        last = position;
        pageSize = commit.pageSize();
        databasePages = commit.databasePages();
        if (commit.isWhole()) {
            isWhole = true;
            pages.clear();
        }
        commit.pages().forEach(page -> pages.put(page.number(), page));
        pages.keySet().removeIf(number -> number > databasePages);
    }

    /// Returns how many bytes [#write] will write.
    int bytes() {
        return Short.BYTES + file.length + FIXED_BYTES + pages.size() * (Integer.BYTES + pageSize);
    }

    void write(ByteBuffer target) {
        target.putShort((short) file.length).put(file);
        target.put((byte) (isWhole ? WHOLE : 0));
        target.putLong(previous).putLong(first).putLong(last);
        target.putInt(pageSize).putInt(databasePages).putInt(pages.size());
        for (PageImage page : pages.values()) {
            target.putInt(page.number()).put(page.bytes(), page.offset(), pageSize);
        }
    }

    /// The beginning of a stored record; its pages follow, each behind its number.
    ///
    /// @param file the path of the database in the data directory
    /// @param isWhole whether the pages are the whole database
    /// @param previous the last position of the object's record before, 0 if unknown
    /// @param last the position of the last commit in it
    /// @param pageSize the size of a page in bytes
    /// @param databasePages how many pages the database has afterwards
    /// @param pages how many pages follow
    record Head(
            String file,
            boolean isWhole,
            long previous,
            long last,
            int pageSize,
            int databasePages,
            int pages) {

        /// Reads the beginning of a record, and leaves the buffer at its pages.
        static Head read(ByteBuffer source) {
            byte[] name = new byte[Short.toUnsignedInt(source.getShort())];
            source.get(name);
            boolean isWhole = (source.get() & WHOLE) != 0;
            long previous = source.getLong();
            source.getLong();
            return new Head(
                    new String(name, StandardCharsets.UTF_8),
                    isWhole,
                    previous,
                    source.getLong(),
                    source.getInt(),
                    source.getInt(),
                    source.getInt());
        }

        int pageBytes() {
            return pages * (Integer.BYTES + pageSize);
        }
    }
}
