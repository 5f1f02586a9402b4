package dev.durableobjects.internal.journal;

import static dev.durableobjects.internal.journal.TestJournals.change;
import static dev.durableobjects.internal.journal.TestJournals.file;
import static dev.durableobjects.internal.journal.TestJournals.whole;
import static dev.durableobjects.internal.journal.TestJournals.write;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Bookmark;
import dev.durableobjects.BookmarkException;
import dev.durableobjects.BookmarkException.Reason;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.internal.gate.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// For how long what was can be reached, and in which steps.
class HistoryRetentionTest {

    private static final DurableObjectId ID = DurableObjectId.of(new byte[32]);
    private static final long JOURNAL_BYTES = 16 << 10;
    private static final int WRITES_MAX = 20_000;
    private static final long MANY_BYTES = 1L << 40;

    @TempDir private Path root;

    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

    private Journal open(HistoryRules rules) throws IOException {
        Journal journal =
                new Journal(
                        root,
                        Disk.system(),
                        Waiting.system(),
                        () -> now,
                        30,
                        JOURNAL_BYTES,
                        rules,
                        JournalIndex.none());
        journal.checkpointThrough((file, use) -> {
            journal.redo().release(file, Redo.Closed.WITHOUT_LOG); // Nobody has databases here.
            return false;
        });
        return journal;
    }

    private static HistoryRules days(int days) {
        return rules(Duration.ofDays(days), MANY_BYTES, MANY_BYTES);
    }

    private static HistoryRules rules(Duration retention, long bytesMax, long objectBytesMax) {
        return new HistoryRules(Map.of("key", retention), retention, bytesMax, objectBytesMax);
    }

    @Test
    void theLastHourHasEveryCommit() throws IOException {
        try (Journal journal = open(days(30))) {
            List<Bookmark> bookmarks = writeEvery(journal, Duration.ofSeconds(10), 1, 100);
            fill(journal);

            journal.history().digest();

            for (int i = 0; i < bookmarks.size(); i++) {
                assertThat(value(journal, bookmarks.get(i)), is(i + 1));
            }
        }
    }

    @Test
    void whatIsOlderIsKeptInSteps() throws IOException {
        try (Journal journal = open(days(30))) {
            List<Bookmark> bookmarks = writeEvery(journal, Duration.ofSeconds(10), 1, 100);
            fill(journal);
            now = now.plus(Duration.ofHours(2));

            journal.history().digest();

            for (int i = 0; i < bookmarks.size(); i++) {
                int end = Math.min(i / 6 * 6 + 6, 100);
                assertThat("the end of the minute", value(journal, bookmarks.get(i)), is(end));
            }
        }
    }

    @Test
    void whatIsTooOldIsForgottenAndTheErrorSaysSo() throws IOException {
        try (Journal journal = open(days(2))) {
            List<Bookmark> bookmarks = writeEvery(journal, Duration.ofHours(1), 1, 100);
            fill(journal);

            journal.history().digest();

            BookmarkException refused =
                    assertThrows(
                            BookmarkException.class, () -> value(journal, bookmarks.getFirst()));
            assertThat(refused.reason(), is(Reason.TOO_OLD));
            // What is beyond its time by less than a quarter may still be there.
            assertThat(refused.getMessage(), containsString("begins at 2026-01-0"));
            assertThat(value(journal, bookmarks.get(60)), is(61));
            assertThat(value(journal, bookmarks.getLast()), is(100));
            assertThat(
                    assertThrows(
                                    BookmarkException.class,
                                    () ->
                                            journal.history()
                                                    .at(ID, file(0), now.minusSeconds(86_400 * 4)))
                            .reason(),
                    is(Reason.TOO_OLD));
        }
    }

    @Test
    void historyGoesOnAcrossLives() throws IOException {
        List<Bookmark> bookmarks = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            try (Journal journal = open(days(30))) {
                bookmarks.addAll(
                        writeEvery(journal, Duration.ofSeconds(1), i * 20 + 1, i * 20 + 20));
                fill(journal);
                journal.history().digest();
            }
        }
        try (Journal journal = open(days(30))) {
            for (int i = 0; i < bookmarks.size(); i++) {
                assertThat(value(journal, bookmarks.get(i)), is(i + 1));
            }
        }
    }

    @Test
    void anObjectThatWasThereBeforeHasAHistoryFromNowOn() throws IOException {
        Bookmark before;
        try (Journal journal = open(HistoryRules.off())) {
            write(journal, whole(0, 1));
            fill(journal);
            before = new Bookmarks(() -> now).of(ID, Moment.after(1));
            fill(journal);
        }
        assertThat("begun", Files.exists(root.resolve("history").resolve("begun")), is(false));
        now = now.plusSeconds(10);
        try (Journal journal = open(days(30))) {
            awaitBegun();
            Bookmark first = journal.history().now(ID, file(0));
            write(journal, change(0, 2));

            assertThat(value(journal, first), is(1));
            assertThat(
                    assertThrows(BookmarkException.class, () -> value(journal, before)).reason(),
                    is(Reason.TOO_OLD));
        }
    }

    @Test
    void historyThatIsSwitchedOffIsDeleted() throws IOException {
        try (Journal journal = open(days(30))) {
            writeEvery(journal, Duration.ofSeconds(1), 1, 20);
            fill(journal);
            journal.history().digest();
        }
        HistoryRules rules =
                new HistoryRules(
                        Map.of("key", Duration.ZERO), Duration.ofDays(30), MANY_BYTES, MANY_BYTES);
        try (Journal journal = open(rules)) {
            fill(journal);
            journal.history().digest();
        }

        try (Stream<Path> files = Files.walk(root.resolve("history").resolve("objects"))) {
            assertThat(files.filter(Files::isRegularFile).toList(), is(List.of()));
        }
    }

    @Test
    void oneObjectMayTakeOnlySoMuch() throws IOException {
        try (Journal journal = open(rules(Duration.ofDays(30), MANY_BYTES, 20_000))) {
            List<Bookmark> bookmarks = writeEvery(journal, Duration.ofSeconds(1), 1, 100);
            fill(journal);

            journal.history().digest();

            assertThat(bytes(), is(lessThan(40_000L)));
            assertThat(value(journal, bookmarks.getLast()), is(100));
            assertThat(
                    assertThrows(
                                    BookmarkException.class,
                                    () -> value(journal, bookmarks.getFirst()))
                            .reason(),
                    is(Reason.TOO_OLD));
        }
    }

    @Test
    void allTogetherMayTakeOnlySoMuch() throws IOException {
        try (Journal journal = open(rules(Duration.ofDays(30), 60_000, MANY_BYTES))) {
            List<Bookmark> bookmarks = writeEvery(journal, Duration.ofMinutes(1), 1, 200);
            fill(journal);

            journal.history().digest();

            assertThat(bytes(), is(lessThan(60_000L)));
            assertThat(value(journal, bookmarks.getLast()), is((int) (byte) 200));
        }
    }

    /// Writes values at equal intervals, the first of them with the whole database.
    private List<Bookmark> writeEvery(Journal journal, Duration interval, int from, int to)
            throws IOException {
        List<Bookmark> bookmarks = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            write(journal, i == 1 ? whole(0, i) : change(0, i));
            bookmarks.add(journal.history().now(ID, file(0)));
            now = now.plus(interval);
        }
        return bookmarks;
    }

    /// Writes to another database until the files that were written before are history.
    private void fill(Journal journal) throws IOException {
        long last = TestJournals.segments(root).getLast();
        for (int i = 0; TestJournals.segments(root).getFirst() <= last; i++) {
            assertThat("files go away", i, is(lessThan(WRITES_MAX)));
            write(journal, i == 0 ? whole(1, 1) : change(1, i % 100));
        }
    }

    private int value(Journal journal, Bookmark bookmark) throws IOException {
        Path scratch = root.resolve("scratch");
        Files.deleteIfExists(scratch);
        journal.history().write(file(0), ID, bookmark, scratch);
        byte[] content = Files.readAllBytes(scratch);
        return content[TestJournals.PAGE_BYTES];
    }

    private void awaitBegun() {
        while (Files.notExists(root.resolve("history").resolve("begun"))) {
            Thread.onSpinWait();
        }
    }

    private long bytes() throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve("history").resolve("objects"))) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
