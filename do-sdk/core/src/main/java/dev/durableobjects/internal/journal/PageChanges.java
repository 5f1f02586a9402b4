package dev.durableobjects.internal.journal;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.internal.journal.JournalRecord.Head;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.PageImage;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What records change in a database file, collected, so that each page is written once however
/// often it was changed. Not safe for several threads.
final class PageChanges {

    /// A stored record names its database, not its object.
    private static final DurableObjectId NOBODY =
            DurableObjectId.of(new byte[DurableObjectId.LENGTH]);

    private final Map<Integer, PageImage> pages = new TreeMap<>();
    private boolean isWhole;
    private int pageSize;
    private int databasePages;

    /// Adds the pages of a record, which must follow the one before.
    ///
    /// @param source stands at the pages
    void add(Head head, ByteBuffer source) {
        begin(head);
        for (int i = 0; i < head.pages(); i++) {
            addPage(head, source);
        }
    }

    /// Begins a record, which must follow the one before. All its pages must be added then.
    void begin(Head head) {
        pageSize = head.pageSize();
        databasePages = head.databasePages();
        if (head.isWhole()) {
            isWhole = true;
            pages.clear();
        }
        pages.keySet().removeIf(number -> number > databasePages);
    }

    /// Adds the next page of the record.
    ///
    /// @param source stands at the page
    void addPage(Head head, ByteBuffer source) {
        int number = source.getInt();
        long parts = head.readParts(source);
        PageImage page = page(number).and(parts);
        PageParts.forEach(
                parts, pageSize, (from, length) -> source.get(page.bytes(), from, length));
        pages.put(number, page);
    }

    /// Returns whether no record was added.
    boolean isEmpty() {
        return pageSize == 0;
    }

    /// Returns about how much memory the changes hold.
    long bytes() {
        return (long) pages.size() * pageSize;
    }

    /// Makes the changes in a database file. Of a whole database nothing remains that was there
    /// before: each page is written as a whole if all are here. Emptying the file first takes much
    /// longer; file systems force what is then written into it when it is closed.
    void writeTo(RandomAccessFile target) throws IOException {
        boolean replacesAll = isWhole && pages.size() == databasePages;
        if (isWhole && !replacesAll) {
            target.setLength(0);
        }
        for (PageImage page : pages.values()) {
            long begin = (long) (page.number() - 1) * pageSize;
            PageParts.forEach(
                    replacesAll ? PageImage.ALL : page.parts(),
                    pageSize,
                    (from, length) -> {
                        target.seek(begin + from);
                        target.write(page.bytes(), from, length);
                    });
        }
        target.setLength((long) databasePages * pageSize);
        pages.clear();
        isWhole = false;
    }

    /// Returns the changes as a commit.
    ///
    /// @param head the first record of them
    Commit commit(Head head) {
        return new Commit(
                NOBODY,
                head.file(),
                isWhole,
                pageSize,
                databasePages,
                List.copyOf(pages.values()),
                Wake.UNCHANGED);
    }

    private PageImage page(int number) {
        PageImage known = pages.get(number);
        return known == null ? new PageImage(number, new byte[pageSize], 0, 0) : known;
    }
}
