package dev.durableobjects.internal.journal;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.CommitLog;
import dev.durableobjects.spi.PageImage;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Makes a database equal to another, page by page, by commits of the pages that differ. Not safe
/// for several threads.
final class DatabaseCopy {

    /// Bytes of pages in one commit: they are in memory together.
    private static final long COMMIT_BYTES = 64 << 20;

    private static final int PAGE_SIZE_AT = 16;
    private static final int PAGE_BYTES = 4_096;
    private static final int PAGE_BYTES_MAX = 65_536;

    private final DurableObjectId id;
    private final String file;
    private final CommitLog log;
    private final RandomAccessFile wanted;
    private final RandomAccessFile found;
    private final boolean isNew;
    private final Wake wake;
    private final int pageSize;
    private final int pages;
    private final List<PageImage> changed = new ArrayList<>();

    /// @param wanted the one to become equal to
    /// @param found the one that changes; whoever calls closes both
    /// @param isNew whether it was made just now
    /// @param wake when its object must be woken then
    DatabaseCopy(
            DurableObjectId id,
            String file,
            CommitLog log,
            RandomAccessFile wanted,
            RandomAccessFile found,
            boolean isNew,
            Wake wake)
            throws IOException {
        this.id = id;
        this.file = file;
        this.log = log;
        this.wanted = wanted;
        this.found = found;
        this.isNew = isNew;
        this.wake = wake;
        this.pageSize = pageSize(wanted.length() > 0 ? wanted : found);
        this.pages = (int) (wanted.length() / pageSize);
    }

    /// The last commit comes even if nothing differs: it is what can be undone.
    void run() throws IOException {
        boolean isSameSize = found.length() > 0 && pageSize(found) == pageSize;
        boolean isWhole = isNew || pages == 0 || !isSameSize;
        for (int number = 1; number <= pages; number++) {
            byte[] page = page(wanted, number);
            long parts = isSameSize ? parts(page, number) : PageImage.ALL;
            if (parts != 0) {
                changed.add(new PageImage(number, page, 0, parts));
            }
            if ((long) changed.size() * pageSize >= COMMIT_BYTES) {
                commit(isWhole, Commit.Kind.PART_OF_RESTORE, Wake.UNCHANGED);
                isWhole = false;
            }
        }
        commit(isWhole, Commit.Kind.RESTORE, wake);
    }

    /// Returns which parts of a page differ: all, if there was no such page.
    private long parts(byte[] page, int number) throws IOException {
        boolean isThere = (long) number * pageSize <= found.length();
        return isThere
                ? PageParts.changed(page(found, number), 0, page, 0, pageSize)
                : PageImage.ALL;
    }

    private void commit(boolean isWhole, Commit.Kind what, Wake when) throws IOException {
        List<PageImage> images = List.copyOf(changed);
        changed.clear();
        log.awaitDurable(
                log.append(new Commit(id, file, isWhole, what, pageSize, pages, images, when)));
        for (PageImage image : images) {
            found.seek((long) (image.number() - 1) * pageSize);
            found.write(image.bytes());
        }
        found.setLength((long) pages * pageSize);
    }

    /// Returns a page; one of zeros where the file has none.
    private byte[] page(RandomAccessFile source, int number) throws IOException {
        byte[] page = new byte[pageSize];
        long begin = (long) (number - 1) * pageSize;
        if (begin + pageSize <= source.length()) {
            source.seek(begin);
            source.readFully(page);
        }
        return page;
    }

    private static int pageSize(RandomAccessFile database) throws IOException {
        if (database.length() < PAGE_SIZE_AT + Short.BYTES) {
            return PAGE_BYTES;
        }
        byte[] size = new byte[Short.BYTES];
        database.seek(PAGE_SIZE_AT);
        database.readFully(size);
        int bytes = Short.toUnsignedInt(ByteBuffer.wrap(size).getShort());
        return bytes == 1 ? PAGE_BYTES_MAX : bytes;
    }
}
