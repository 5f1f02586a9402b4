package dev.durableobjects.internal.journal;

import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.Commit.Kind;
import dev.durableobjects.spi.PageImage;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The commits of one object that become durable together: of each page the parts that they have
/// changed, in their newest state. Not safe for several threads.
final class JournalRecord {

    /// The flag of a record whose pages are the whole database.
    static final int WHOLE = 1;

    private static final int HAS_WAKE = 2;
    private static final int HAS_NAME = 4;

    /// The flags of a record that says something besides its pages.
    static final int FACT = WHOLE | HAS_WAKE | HAS_NAME;

    private static final int RESTORE = 64;
    private static final int PART = 32;

    /// The longest name that is recorded; a longer one is not carried into its object either.
    private static final int NAME_BYTES_MAX = 0xffff;

    /// Flags, three positions, page size, database pages, number of pages.
    private static final int FIXED_BYTES = 1 + 3 * Long.BYTES + 3 * Integer.BYTES;

    /// Where in these the position before the record stands.
    static final int PREVIOUS_AT = 1;

    /// Where in these the last position of the record stands.
    static final int LAST_AT = 1 + 2 * Long.BYTES;

    private static final int PAGE_SIZE_AT = 1 + 3 * Long.BYTES;
    private static final int PAGES_AT = FIXED_BYTES - Integer.BYTES;

    /// Number and parts.
    private static final int PAGE_HEAD_BYTES = Integer.BYTES + Long.BYTES;

    private final String path;
    private final byte[] file;
    private final long previous;
    private final long first;
    private final Map<Integer, PageImage> pages = new TreeMap<>();
    private long last;
    private boolean isWhole;
    private boolean isRestore;
    private boolean isPart;
    private int pageSize;
    private int databasePages;
    private Wake wake = Wake.UNCHANGED;
    private @Nullable String name;

    /// Begins a record with a commit.
    ///
    /// @param previous the last position of the object's record before, 0 if the journal has none
    JournalRecord(Commit commit, long position, long previous) {
        this.path = commit.file();
        this.file = path.getBytes(StandardCharsets.UTF_8);
        this.first = position;
        this.previous = previous;
        add(commit, position);
    }

    /// Adds a later commit of the object.
    void add(Commit commit, long position) {
        last = position;
        pageSize = commit.pageSize();
        databasePages = commit.databasePages();
        isRestore |= commit.kind() != Kind.CHANGE;
        isPart = commit.kind() == Kind.PART_OF_RESTORE;
        if (commit.isWhole()) {
            isWhole = true;
            pages.clear();
        }
        for (PageImage page : commit.pages()) {
            pages.merge(page.number(), page, (older, newest) -> newest.and(older.parts()));
        }
        if (commit.wake().isChange()) {
            wake = commit.wake();
        }
        if (commit.isWhole() || commit.wake().isChange()) {
            name = commit.object().name().filter(JournalRecord::fits).orElse(name);
        }
        pages.keySet().removeIf(number -> number > databasePages);
    }

    private static boolean fits(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length <= NAME_BYTES_MAX;
    }

    /// Returns what the record says besides its pages, empty if nothing.
    Optional<JournalIndex.Fact> fact() {
        return JournalRecord.fact(path, isWhole, databasePages, Optional.ofNullable(name), wake);
    }

    private static Optional<JournalIndex.Fact> fact(
            String file, boolean isWhole, int databasePages, Optional<String> name, Wake wake) {
        return isWhole || name.isPresent() || wake.isChange()
                ? Optional.of(new JournalIndex.Fact(file, name, wake, databasePages == 0))
                : Optional.empty();
    }

    /// Makes a record of what stored records hold together.
    JournalRecord(Commit merged, Head first, Head last) {
        this(merged, first.first(), first.previous());
        this.last = last.last();
        this.isRestore = first.isRestore();
        this.isPart = last.isPart();
    }

    /// Returns the position of the last commit.
    long last() {
        return last;
    }

    void write(Pieces target) throws IOException {
        putText(target, file);
        ByteBuffer fixed = target.room(FIXED_BYTES);
        fixed.put(flags());
        fixed.putLong(previous).putLong(first).putLong(last);
        fixed.putInt(pageSize).putInt(databasePages).putInt(pages.size());
        if (wake.isChange()) {
            target.room(Long.BYTES).putLong(wake.millis());
        }
        if (name != null) {
            putText(target, name.getBytes(StandardCharsets.UTF_8));
        }
        for (PageImage page : pages.values()) {
            target.room(PAGE_HEAD_BYTES).putInt(page.number()).putLong(page.parts());
            PageParts.forEach(
                    page.parts(),
                    pageSize,
                    (from, length) ->
                            target.room(length).put(page.bytes(), page.offset() + from, length));
        }
    }

    private byte flags() {
        int flags = isWhole ? WHOLE : 0;
        flags |= wake.isChange() ? HAS_WAKE : 0;
        flags |= name != null ? HAS_NAME : 0;
        flags |= isRestore ? RESTORE : 0;
        flags |= isPart ? PART : 0;
        return (byte) flags;
    }

    /// Returns where a stored record ends.
    ///
    /// @param version the version of the file that it is in
    /// @param fixed where its flags stand, right behind the name of the database
    static int end(int version, ByteBuffer source, int fixed) {
        byte flags = source.get(fixed);
        int pageSize = source.getInt(fixed + PAGE_SIZE_AT);
        int at = fixed + FIXED_BYTES;
        if ((flags & HAS_WAKE) != 0) {
            at += Long.BYTES;
        }
        if ((flags & HAS_NAME) != 0) {
            at += Short.BYTES + Short.toUnsignedInt(source.getShort(at));
        }
        for (int i = source.getInt(fixed + PAGES_AT); i > 0; i--) {
            at += Integer.BYTES;
            if (version == 1) {
                at += pageSize;
            } else {
                at += Long.BYTES + PageParts.bytes(source.getLong(at), pageSize);
            }
        }
        return at;
    }

    private static void putText(Pieces target, byte[] text) throws IOException {
        target.room(Short.BYTES + text.length).putShort((short) text.length).put(text);
    }

    private static String text(ByteBuffer source) {
        byte[] text = new byte[Short.toUnsignedInt(source.getShort())];
        source.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    /// The beginning of a stored record; its pages follow.
    ///
    /// @param version the version of the file that it is in
    /// @param file the path of the database in the data directory
    /// @param isWhole whether the pages are the whole database
    /// @param isRestore whether it puts the database back to what it was before
    /// @param isPart whether it ends in the middle of a restore
    /// @param previous the last position of the object's record before, 0 if unknown
    /// @param first the position of the first commit in it
    /// @param last the position of the last commit in it
    /// @param pageSize the size of a page in bytes
    /// @param databasePages how many pages the database has afterwards
    /// @param pages how many pages follow
    /// @param wake when the object must be woken, if the record says so
    /// @param name the object's name, if the record has it
    record Head(
            int version,
            String file,
            boolean isWhole,
            boolean isRestore,
            boolean isPart,
            long previous,
            long first,
            long last,
            int pageSize,
            int databasePages,
            int pages,
            Wake wake,
            Optional<String> name) {

        /// How long the beginning can be.
        static final int BYTES_MAX = 2 * (Short.BYTES + NAME_BYTES_MAX) + FIXED_BYTES + Long.BYTES;

        /// How long a page can be.
        static final int PAGE_BYTES_MAX = PAGE_HEAD_BYTES + (1 << 16);

        /// Reads the beginning of a record, and leaves the buffer at its pages.
        static Head read(int version, ByteBuffer source) {
            String file = text(source);
            byte flags = source.get();
            return new Head(
                    version,
                    file,
                    (flags & WHOLE) != 0,
                    (flags & RESTORE) != 0,
                    (flags & PART) != 0,
                    source.getLong(),
                    source.getLong(),
                    source.getLong(),
                    source.getInt(),
                    source.getInt(),
                    source.getInt(),
                    (flags & HAS_WAKE) != 0 ? new Wake(source.getLong()) : Wake.UNCHANGED,
                    (flags & HAS_NAME) != 0 ? Optional.of(text(source)) : Optional.empty());
        }

        /// Returns what the record says besides its pages, empty if nothing.
        Optional<JournalIndex.Fact> fact() {
            return JournalRecord.fact(file, isWhole, databasePages, name, wake);
        }

        /// Reads the head of a page, and leaves the buffer at its parts.
        ///
        /// @return which parts follow
        long readParts(ByteBuffer source) {
            return version == 1 ? PageImage.ALL : source.getLong();
        }
    }
}
