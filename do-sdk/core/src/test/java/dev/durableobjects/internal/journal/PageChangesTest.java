package dev.durableobjects.internal.journal;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.internal.journal.JournalRecord.Head;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What records make of a database file. A page is shown by the letters of its first two parts.
class PageChangesTest {

    private static final int VERSION = 3;
    private static final int PAGE_BYTES = 512;
    private static final int PART_BYTES = PAGE_BYTES / PageParts.COUNT;
    private static final long FIRST = 1;
    private static final long SECOND = 2;

    @TempDir private Path directory;

    @Test
    void aWholeDatabaseLeavesNothingOfALongerFile() throws Exception {
        PageChanges changes = new PageChanges();
        changes.begin(head(true, 2));
        add(changes, 1, FIRST, "a");
        add(changes, 2, SECOND, "b");

        assertThat(written(changes, "xx\nxx\nxx"), is("a.\n.b"));
    }

    @Test
    void aWholeDatabaseMayLackPagesThatAreEmpty() throws Exception {
        PageChanges changes = new PageChanges();
        changes.begin(head(true, 3));
        add(changes, 1, FIRST, "a");
        add(changes, 3, FIRST, "c");

        assertThat(written(changes, "xx\nxx\nxx"), is("a.\n..\nc."));
    }

    @Test
    void anEmptyDatabaseIsAnEmptyFile() throws Exception {
        PageChanges changes = new PageChanges();
        changes.begin(head(true, 0));

        assertThat(written(changes, "xx"), is(""));
    }

    @Test
    void aWholeDatabaseMayComeInPieces() throws Exception {
        PageChanges changes = new PageChanges();
        changes.begin(head(true, 2));
        add(changes, 1, FIRST, "a");
        assertThat(written(changes, "xx\nxx\nxx"), is("a.\n.."));

        add(changes, 2, SECOND, "b");
        assertThat(written(changes, "a.\n.."), is("a.\n.b"));
    }

    @Test
    void changesLeaveTheOtherParts() throws Exception {
        PageChanges changes = new PageChanges();
        changes.begin(head(false, 2));
        add(changes, 2, SECOND, "b");

        assertThat(written(changes, "xx\nxx\nxx"), is("xx\nxb"));
    }

    @Test
    void changesOfAWholeDatabaseAreInIt() throws Exception {
        PageChanges changes = new PageChanges();
        changes.begin(head(true, 2));
        add(changes, 1, FIRST | SECOND, "ab");
        add(changes, 2, FIRST, "c");
        changes.begin(head(false, 1));
        add(changes, 1, SECOND, "d");

        assertThat(written(changes, "xx\nxx"), is("ad"));
    }

    private static Head head(boolean isWhole, int databasePages) {
        return new Head(
                VERSION,
                "objects/a.sqlite",
                isWhole,
                false,
                false,
                0,
                1,
                1,
                PAGE_BYTES,
                databasePages,
                databasePages,
                Wake.UNCHANGED,
                Optional.empty());
    }

    /// Adds a page of which these parts have changed, each filled with its letter.
    private static void add(PageChanges changes, int number, long parts, String letters) {
        ByteBuffer page = ByteBuffer.allocate(Integer.BYTES + Long.BYTES + PAGE_BYTES);
        page.putInt(number).putLong(parts);
        letters.chars().forEach(letter -> page.put(part(letter)));
        changes.addPage(head(true, number), page.flip());
    }

    private static byte[] part(int letter) {
        return Character.toString(letter).repeat(PART_BYTES).getBytes(StandardCharsets.US_ASCII);
    }

    /// Returns what the changes make of a file; a dot stands for zeros.
    private String written(PageChanges changes, String before) throws IOException {
        Path file = directory.resolve("a.sqlite");
        List<String> pages = before.lines().toList();
        ByteBuffer content = ByteBuffer.allocate(pages.size() * PAGE_BYTES);
        for (int i = 0; i < pages.size(); i++) {
            content.put(i * PAGE_BYTES, part(pages.get(i).charAt(0)));
            content.put(i * PAGE_BYTES + PART_BYTES, part(pages.get(i).charAt(1)));
        }
        Files.write(file, content.array());
        try (RandomAccessFile target = new RandomAccessFile(file.toFile(), "rw")) {
            changes.writeTo(target);
        }
        return shown(Files.readAllBytes(file));
    }

    private static String shown(byte[] content) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < content.length; at += PAGE_BYTES) {
            text.append(at == 0 ? "" : "\n").append(letter(content[at]));
            text.append(letter(content[at + PART_BYTES]));
        }
        return text.toString();
    }

    private static char letter(byte value) {
        return value == 0 || value == '.' ? '.' : (char) value;
    }
}
