package dev.durableobjects.internal.journal;

import java.util.Arrays;

/// The 64 equal parts of a page, of which a record holds those that were changed: a row that is
/// updated changes some bytes of a page of some thousand.
///
/// Parts are stored as they are afterwards, not as differences. So a file that already has some of
/// the changes, or a half of one, gets to the same content as one that has none. Safe for use by
/// many threads.
public final class PageParts {

    /// How many parts a page has; the size of every page that SQLite allows can be divided by it.
    static final int COUNT = Long.SIZE;

    private PageParts() {}

    /// Returns which parts of a page differ.
    public static long changed(
            byte[] before, int beforeOffset, byte[] after, int afterOffset, int pageSize) {
        int bytes = pageSize / COUNT;
        long parts = 0;
        int at = 0;
        while (at < pageSize) { // From one part that differs to the next: they are few.
            int equal =
                    Arrays.mismatch(
                            before,
                            beforeOffset + at,
                            beforeOffset + pageSize,
                            after,
                            afterOffset + at,
                            afterOffset + pageSize);
            if (equal < 0) {
                break;
            }
            int part = (at + equal) / bytes;
            parts |= 1L << part;
            at = (part + 1) * bytes;
        }
        return parts;
    }

    /// Returns how many bytes the parts have together.
    static int bytes(long parts, int pageSize) {
        return Long.bitCount(parts) * (pageSize / COUNT);
    }

    /// Visits the parts in ascending order, those that lie beside each other as one range of bytes.
    static <X extends Exception> void forEach(long parts, int pageSize, Range<X> range) throws X {
        int bytes = pageSize / COUNT;
        int at = 0;
        while (at < COUNT && parts >>> at != 0) {
            at += Long.numberOfTrailingZeros(parts >>> at);
            int count = Math.min(COUNT - at, Long.numberOfTrailingZeros(~(parts >>> at)));
            range.visit(at * bytes, count * bytes);
            at += count;
        }
    }

    /// Is told a range of bytes in a page.
    @FunctionalInterface
    interface Range<X extends Exception> {

        void visit(int from, int length) throws X;
    }
}
