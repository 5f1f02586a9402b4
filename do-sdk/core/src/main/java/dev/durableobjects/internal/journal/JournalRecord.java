package dev.durableobjects.internal.journal;

import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.PageImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/// The commits of one object that become durable together: of each page the parts that they have
/// changed, in their newest state. Not safe for several threads.
final class JournalRecord {

    private static final int WHOLE = 1;
    private static final int RESTORE = 64;

    /// Flags, three positions, page size, database pages, number of pages.
    private static final int FIXED_BYTES = 1 + 3 * Long.BYTES + 3 * Integer.BYTES;

    /// Number and parts.
    private static final int PAGE_HEAD_BYTES = Integer.BYTES + Long.BYTES;

    private final byte[] file;
    private final long previous;
    private final long first;
    private final Map<Integer, PageImage> pages = new TreeMap<>();
    private long last;
    private boolean isWhole;
    private boolean isRestore;
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
        isRestore |= commit.isRestore();
        if (commit.isWhole()) {
            isWhole = true;
            pages.clear();
        }
        for (PageImage page : commit.pages()) {
            pages.merge(page.number(), page, (older, newest) -> newest.and(older.parts()));
        }
        pages.keySet().removeIf(number -> number > databasePages);
    }

    /// Makes a record of what stored records hold together.
    JournalRecord(Commit merged, Head first, Head last) {
        this(merged, first.first(), first.previous());
        this.last = last.last();
    }

    /// Returns the position of the last commit.
    long last() {
        return last;
    }

    /// Returns how many bytes [#write] will write.
    int bytes() {
        int bytes = Short.BYTES + file.length + FIXED_BYTES + pages.size() * PAGE_HEAD_BYTES;
        for (PageImage page : pages.values()) {
            bytes = Math.addExact(bytes, PageParts.bytes(page.parts(), pageSize));
        }
        return bytes;
    }

    void write(ByteBuffer target) {
        target.putShort((short) file.length).put(file);
        target.put((byte) ((isWhole ? WHOLE : 0) | (isRestore ? RESTORE : 0)));
        target.putLong(previous).putLong(first).putLong(last);
        target.putInt(pageSize).putInt(databasePages).putInt(pages.size());
        for (PageImage page : pages.values()) {
            target.putInt(page.number()).putLong(page.parts());
            PageParts.forEach(
                    page.parts(),
                    pageSize,
                    (from, length) -> target.put(page.bytes(), page.offset() + from, length));
        }
    }

    /// The beginning of a stored record; its pages follow.
    ///
    /// @param version the version of the file that it is in
    /// @param file the path of the database in the data directory
    /// @param isWhole whether the pages are the whole database
    /// @param isRestore whether it puts the database back to what it was before
    /// @param previous the last position of the object's record before, 0 if unknown
    /// @param first the position of the first commit in it
    /// @param last the position of the last commit in it
    /// @param pageSize the size of a page in bytes
    /// @param databasePages how many pages the database has afterwards
    /// @param pages how many pages follow
    record Head(
            int version,
            String file,
            boolean isWhole,
            boolean isRestore,
            long previous,
            long first,
            long last,
            int pageSize,
            int databasePages,
            int pages) {

        /// Reads the beginning of a record, and leaves the buffer at its pages.
        static Head read(int version, ByteBuffer source) {
            byte[] name = new byte[Short.toUnsignedInt(source.getShort())];
            source.get(name);
            int flags = source.get();
            return new Head(
                    version,
                    new String(name, StandardCharsets.UTF_8),
                    (flags & WHOLE) != 0,
                    (flags & RESTORE) != 0,
                    source.getLong(),
                    source.getLong(),
                    source.getLong(),
                    source.getInt(),
                    source.getInt(),
                    source.getInt());
        }

        /// Reads the head of a page, and leaves the buffer at its parts.
        ///
        /// @return which parts follow
        long readParts(ByteBuffer source) {
            return version == 1 ? PageImage.ALL : source.getLong();
        }

        /// Leaves the buffer behind the pages.
        void skipPages(ByteBuffer source) {
            for (int i = 0; i < pages; i++) {
                source.getInt();
                int bytes = PageParts.bytes(readParts(source), pageSize);
                source.position(source.position() + bytes);
            }
        }
    }
}
