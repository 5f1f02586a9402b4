package dev.durableobjects.internal.journal;

import static dev.durableobjects.internal.journal.TestJournals.change;
import static dev.durableobjects.internal.journal.TestJournals.end;
import static dev.durableobjects.internal.journal.TestJournals.file;
import static dev.durableobjects.internal.journal.TestJournals.open;
import static dev.durableobjects.internal.journal.TestJournals.recovered;
import static dev.durableobjects.internal.journal.TestJournals.segment;
import static dev.durableobjects.internal.journal.TestJournals.segments;
import static dev.durableobjects.internal.journal.TestJournals.waking;
import static dev.durableobjects.internal.journal.TestJournals.whole;
import static dev.durableobjects.internal.journal.TestJournals.write;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.internal.journal.JournalIndex.Fact;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a start makes of a journal that is not whole.
class JournalDamageTest {

    /// Behind the head of a batch and the fixed part of its body.
    private static final int INSIDE = 200;

    @TempDir private Path root;

    @Test
    void aTornEndIsCut() throws IOException {
        try (Journal journal = open(root)) {
            write(journal, whole(0, 1));
            write(journal, change(0, 2));
        }
        int kept = end(root, 1);
        byte[] content = Files.readAllBytes(segment(root, 1));
        try (Journal journal = open(root)) {
            write(journal, change(0, 3));
        }
        byte[] torn = Files.readAllBytes(segment(root, 2));
        int end = end(root, 2);

        for (int cut = Segment.HEADER_BYTES; cut < end; cut += 13) {
            Files.write(segment(root, 1), content);
            Files.write(segment(root, 2), Arrays.copyOf(torn, cut));

            assertThat("cut at " + cut, recovered(root, 0), is(2));

            Files.delete(segment(root, 3));
            Files.delete(newest());
            Files.delete(root.resolve(file(0)));
        }
        assertThat(kept, greaterThan(Segment.HEADER_BYTES));
    }

    @Test
    void garbageBehindTheEndIsCutAndStaysCut() throws IOException {
        try (Journal journal = open(root)) {
            write(journal, whole(0, 1));
        }
        byte[] garbage = new byte[5_000];
        Arrays.fill(garbage, (byte) 0x44);
        overwrite(segment(root, 1), end(root, 1), garbage);

        for (int i = 2; i < 5; i++) {
            try (Journal journal = open(root)) {
                write(journal, change(0, i));
            }
            assertThat(recovered(root, 0), is(i));
        }
    }

    @Test
    void aDamagedBatchWithAWholeOneBehindItIsAnError() throws IOException {
        try (Journal journal = open(root)) {
            write(journal, whole(0, 1));
            write(journal, change(0, 2));
        }
        flip(segment(root, 1), Segment.HEADER_BYTES + INSIDE);

        assertRefused(segment(root, 1), "is damaged at byte " + Segment.HEADER_BYTES);
    }

    @Test
    void aRecordThatGoesBeyondItsBatchIsAnError() throws IOException {
        try (Journal journal = open(root)) {
            write(journal, whole(0, 1));
        }
        int record = Segment.HEADER_BYTES + Batch.HEAD_BYTES + Batch.BODY_FIXED_BYTES;
        int pages =
                record + Short.BYTES + file(0).length() + 1 + 3 * Long.BYTES + 2 * Integer.BYTES;
        ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(segment(root, 1)));
        content.putInt(pages, TestJournals.PAGES + 1);
        CRC32C checksum = new CRC32C();
        checksum.update(
                content.slice(
                        Segment.HEADER_BYTES + Batch.HEAD_BYTES,
                        content.getInt(Segment.HEADER_BYTES + Integer.BYTES)));
        content.putInt(Segment.HEADER_BYTES + 2 * Integer.BYTES, (int) checksum.getValue());
        Files.write(segment(root, 1), content.array());

        assertRefused(segment(root, 1), "is damaged at byte " + record);
    }

    @Test
    void aDamagedHeaderIsAnError() throws IOException {
        try (Journal journal = open(root)) {
            write(journal, whole(0, 1));
        }
        flip(segment(root, 1), Long.BYTES * 2);

        assertRefused(segment(root, 1), "has a damaged header");
    }

    @Test
    void aFileThatIsNoJournalIsAnError() throws IOException {
        open(root).close();
        flip(segment(root, 1), 0);

        assertRefused(segment(root, 1), "does not begin as a journal");
    }

    @Test
    void aDamagedEndOfAFileThatHasASuccessorIsAnError() throws IOException {
        try (Journal journal = open(root)) {
            write(journal, whole(0, 1));
        }
        try (Journal journal = open(root)) {
            write(journal, change(0, 2));
        }
        flip(segment(root, 1), end(root, 1) - 1);

        assertRefused(segment(root, 2), "the journal has a gap");
    }

    @Test
    void aMissingFileInTheMiddleIsAnError() throws IOException {
        for (int i = 1; i <= 3; i++) {
            try (Journal journal = open(root)) {
                write(journal, i == 1 ? whole(0, 1) : change(0, i));
            }
        }
        Files.delete(segment(root, 2));

        assertRefused(segment(root, 3), "the journal has a gap");
    }

    @Test
    void anEmptyFileInTheMiddleIsAnError() throws IOException {
        for (int i = 1; i <= 2; i++) {
            try (Journal journal = open(root)) {
                write(journal, whole(i, i));
            }
        }
        Files.write(segment(root, 1), new byte[1_000]);

        assertRefused(segment(root, 1), "is empty, but not the last");
    }

    @Test
    void aLastFileWithoutItsHeaderIsMadeAgain() throws IOException {
        try (Journal journal = open(root)) {
            write(journal, whole(0, 1));
        }
        Files.write(segment(root, 2), new byte[1_000]);

        for (int i = 2; i <= 4; i++) {
            try (Journal journal = open(root)) {
                write(journal, change(0, i));
            }
        }

        assertThat(recovered(root, 0), is(4));
        assertThat(segments(root), contains(1L, 2L, 3L, 4L, 5L));
    }

    @Test
    void aMissingNewestFileIsAnError() throws IOException {
        for (int i = 1; i <= 3; i++) {
            try (Journal journal = open(root)) {
                write(journal, i == 1 ? whole(0, 1) : change(0, i));
            }
        }
        Files.delete(segment(root, 3));

        assertRefused(segment(root, 3), "is missing");
    }

    @Test
    void whatNamesTheNewestFileMayBeOldOrTornOrMissing() throws IOException {
        open(root).close();
        byte[] old = Files.readAllBytes(newest());
        for (byte[] content : List.of(old, Arrays.copyOf(old, 9), new byte[old.length])) {
            open(root).close();
            Files.write(newest(), content);
            open(root).close();
        }
        Files.delete(newest());

        open(root).close();

        assertThat(segments(root).size(), is(8));
    }

    @Test
    void aJournalOfADataDirectoryHasAFile() throws IOException {
        Journal.prepare(root);
        Files.writeString(root.resolve("format"), "any");
        open(root).close();
        for (long number : segments(root)) {
            Files.delete(segment(root, number));
        }
        Files.delete(newest());

        assertRefused(root.resolve("journal"), "has no file of the journal");
    }

    @Test
    void anotherVersionIsRefused() throws IOException {
        open(root).close();
        overwrite(segment(root, 1), Long.BYTES, new byte[] {0, 0, 0, 4});

        assertRefused(segment(root, 1), "has version 4, this program reads 1 to 3");
    }

    @Test
    void aMissingDatabaseThatTheJournalHasNotTheWholeOfIsAnError() throws IOException {
        try (Journal journal = open(root)) {
            write(journal, change(0, 2));

            IOException refused =
                    assertThrows(IOException.class, () -> reopened().redo().prepare(file(0)));

            assertThat(refused.getMessage(), containsString("0.sqlite is missing"));
            assertThat("it was made", Files.exists(root.resolve(file(0))), is(false));
        }
    }

    @Test
    void theLastBatchIsWrittenAgainBeforeAnybodyReliesOnIt() throws IOException {
        try (Journal journal = open(root)) {
            write(journal, whole(0, 1));
        }
        FaultyDisk disk = new FaultyDisk();
        disk.failForces("disk on fire");

        IOException refused = assertThrows(IOException.class, () -> open(root, disk, 1 << 20));

        assertThat(refused.getMessage(), is("disk on fire"));
        assertThat(disk.writes(), is(1));
        assertThat(recovered(root, 0), is(1));
    }

    @Test
    void aFileOfVersionOneIsRead() throws IOException {
        store("version-1.journal");

        assertThat(recovered(root, 1), is(7));
        assertThat(recovered(root, 2), is(5));
    }

    @Test
    void aFileOfVersionThreeIsRead() throws IOException {
        store("version-3.journal");
        RecordingIndex index = new RecordingIndex();

        open(root, Disk.system(), 1 << 20, index).close();

        assertThat(recovered(root, 1), is(7));
        assertThat(
                index.facts(),
                contains(
                        new Fact(file(1), Optional.empty(), Wake.UNCHANGED),
                        new Fact(file(1), Optional.of("zürich"), new Wake(1_700_000_000_000L))));
    }

    @Test
    void versionThreeIsWrittenAsItAlwaysWas() throws IOException {
        try (Journal journal = open(root)) {
            write(journal, whole(1, 3));
            write(journal, waking(1, "zürich", 7, 1_700_000_000_000L));
        }

        byte[] written = Arrays.copyOf(Files.readAllBytes(segment(root, 1)), end(root, 1));

        try (InputStream stored = getClass().getResourceAsStream("version-3.journal")) {
            assertThat(written, is(Objects.requireNonNull(stored).readAllBytes()));
        }
    }

    private Path newest() {
        return root.resolve("journal").resolve("newest");
    }

    private void store(String resource) throws IOException {
        Path journal = segment(root, 1);
        Files.createDirectories(Objects.requireNonNull(journal.getParent()));
        try (InputStream stored = getClass().getResourceAsStream(resource)) {
            Files.copy(Objects.requireNonNull(stored), journal);
        }
    }

    private Journal reopened() throws IOException {
        return open(root);
    }

    private void assertRefused(Path named, String why) {
        IOException refused = assertThrows(IOException.class, () -> open(root));

        assertThat(
                refused.getMessage(), allOf(containsString(named.toString()), containsString(why)));
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] content = Files.readAllBytes(file);
        overwrite(file, at, new byte[] {(byte) (content[at] ^ 4)});
    }

    private static void overwrite(Path file, int at, byte[] bytes) throws IOException {
        try (RandomAccessFile target = new RandomAccessFile(file.toFile(), "rw")) {
            target.seek(at);
            target.write(bytes);
        }
    }
}
