package dev.durableobjects.internal.journal;

import static dev.durableobjects.internal.journal.TestJournals.PAGE_BYTES;
import static dev.durableobjects.internal.journal.TestJournals.file;
import static dev.durableobjects.internal.journal.TestJournals.open;
import static dev.durableobjects.internal.journal.TestJournals.write;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.PageImage;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A commit of many pages passes through small buffers, into the journal and out of it.
class LargeCommitTest {

    private static final int PIECE_BYTES_MAX = 1 << 20;

    /// More than a database that catches up holds in memory.
    private static final int PAGES = (20 << 20) / PAGE_BYTES;

    @TempDir private Path root;
    private final byte[] expected = new byte[PAGES * PAGE_BYTES];

    @Test
    void isWrittenInPiecesAndRecovered() throws IOException {
        AtomicInteger longest = new AtomicInteger();
        Disk disk =
                new Disk() {
                    @Override
                    public void write(
                            Path file, FileChannel channel, ByteBuffer bytes, long position)
                            throws IOException {
                        longest.accumulateAndGet(bytes.remaining(), Math::max);
                        Disk.super.write(file, channel, bytes, position);
                    }
                };
        new Random(1).nextBytes(expected);
        try (Journal journal = open(root, disk, 1L << 30)) {
            write(journal, commit(true, PageImage.ALL));
            Arrays.fill(expected, PAGE_BYTES / 2, PAGE_BYTES, (byte) 7);
            write(journal, commit(false, 0xffffffff00000000L));
        }

        try (Journal journal = open(root)) {
            journal.redo().prepare(file(1));
            journal.redo().release(file(1), Redo.Closed.WHOLE);
        }

        assertThat(longest.get(), lessThanOrEqualTo(PIECE_BYTES_MAX));
        byte[] found = Files.readAllBytes(root.resolve(file(1)));
        assertThat(Arrays.mismatch(found, expected), is(-1));
    }

    private Commit commit(boolean isWhole, long parts) {
        List<PageImage> pages = new ArrayList<>();
        for (int i = 0; i < PAGES; i++) {
            pages.add(new PageImage(i + 1, expected, i * PAGE_BYTES, parts));
        }
        return new Commit(
                DurableObjectId.of(new byte[32]),
                file(1),
                isWhole,
                PAGE_BYTES,
                PAGES,
                pages,
                Wake.UNCHANGED);
    }
}
