package dev.durableobjects.internal.journal;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which parts of a page are changed, and where they are.
class PagePartsTest {

    private static final int PAGE_BYTES = 4_096;
    private static final int PART_BYTES = 64;

    @Test
    void equalPagesHaveNoChangedParts() {
        assertThat(changed(), is(0L));
    }

    @Test
    void eachChangedByteChangesItsPart() {
        assertThat(changed(0), is(1L));
        assertThat(changed(PART_BYTES - 1), is(1L));
        assertThat(changed(PART_BYTES), is(2L));
        assertThat(changed(PAGE_BYTES - 1), is(1L << 63));
        assertThat(changed(0, 5 * PART_BYTES, PAGE_BYTES - 1), is(1L | 1L << 5 | 1L << 63));
    }

    @Test
    void partsBesideEachOtherAreOneRange() {
        assertThat(ranges(0), is(empty()));
        assertThat(ranges(-1), contains("0+4096"));
        assertThat(ranges(1), contains("0+64"));
        assertThat(ranges(1L << 63), contains("4032+64"));
        assertThat(ranges(0b110_0111L), contains("0+192", "320+128"));
        assertThat(ranges(-1L << 60 | 1), contains("0+64", "3840+256"));
    }

    @Test
    void bytesAreThoseOfTheRanges() {
        assertThat(PageParts.bytes(-1, 512), is(512));
        assertThat(PageParts.bytes(0b1011, 65_536), is(3 * 1_024));
    }

    private static long changed(int... at) {
        byte[] before = new byte[PAGE_BYTES + 1];
        byte[] after = new byte[PAGE_BYTES + 2];
        for (int one : at) {
            after[one + 2] = 1;
        }
        return PageParts.changed(before, 1, after, 2, PAGE_BYTES);
    }

    private static List<String> ranges(long parts) {
        List<String> ranges = new ArrayList<>();
        PageParts.forEach(parts, PAGE_BYTES, (from, length) -> ranges.add(from + "+" + length));
        return ranges;
    }
}
