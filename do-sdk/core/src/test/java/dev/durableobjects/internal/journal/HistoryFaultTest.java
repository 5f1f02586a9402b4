package dev.durableobjects.internal.journal;

import static dev.durableobjects.internal.journal.TestJournals.PAGE_BYTES;
import static dev.durableobjects.internal.journal.TestJournals.change;
import static dev.durableobjects.internal.journal.TestJournals.file;
import static dev.durableobjects.internal.journal.TestJournals.whole;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Bookmark;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.CommitLog;
import dev.durableobjects.spi.PageImage;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of the past, and of restores, when the disk fails or is damaged in between.
@Timeout(120)
class HistoryFaultTest {

    private static final DurableObjectId ID = DurableObjectId.of(new byte[32]);
    private static final long LARGE = 1L << 40;
    private static final String DIRECTORY_OF_RESTORES = "restore";

    /// These databases have neither alarms nor schedules.
    private static final Restores.Timetable NOTHING =
            new Restores.Timetable() {
                @Override
                public void keep(Path now, Path wanted) {}

                @Override
                public Wake wake(Path wanted) {
                    return Wake.UNCHANGED;
                }
            };

    @TempDir private Path root;
    private final Map<Integer, Bookmark> known = new TreeMap<>();
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

    /// What happens between a start and an end.
    private interface Life {
        void run(Journal journal) throws Exception;
    }

    @Test
    void whatWasWrittenAndNeverForcedIsWrittenAnewBeforeItsSourceGoes() throws Exception {
        live(Disk.system(), LARGE, journal -> write(journal, 1, 10));
        live(Disk.system(), 1, HistoryFaultTest::freeAll);
        live(
                Disk.system(),
                LARGE,
                journal -> {
                    journal.history().digest();
                    write(journal, 11, 20);
                });
        live(Disk.system(), 1, HistoryFaultTest::freeAll);
        KilledDisk killed = new KilledDisk();
        assertThrows(
                IOException.class,
                () -> live(killed, LARGE, journal -> journal.history().digest()));

        live(killed.again(), LARGE, journal -> journal.history().digest());
        killed.losePower();

        live(Disk.system(), LARGE, this::assertEveryMomentIsKnown);
    }

    @Test
    void damageInTheLastFileThatWaitsIsNotForgottenWithIt() throws Exception {
        live(Disk.system(), LARGE, journal -> write(journal, 1, 10));
        live(Disk.system(), LARGE, journal -> write(journal, 11, 20));
        live(Disk.system(), 1, HistoryFaultTest::freeAll);
        Path segments = root.resolve("history/segments");
        Path last = segments.resolve("0000000000000002.journal");
        byte[] content = Files.readAllBytes(last);
        byte[] damaged = content.clone();
        damaged[Segment.HEADER_BYTES + 5 * 700] ^= 1;
        Files.write(last, damaged);

        live(
                Disk.system(),
                LARGE,
                journal ->
                        assertThat(
                                assertThrows(IOException.class, () -> journal.history().digest())
                                        .getMessage(),
                                containsString("damaged")));

        Files.write(last, content);
        live(
                Disk.system(),
                LARGE,
                journal -> {
                    journal.history().digest();
                    assertEveryMomentIsKnown(journal);
                });
    }

    @Test
    void aFileThatIsGoneIsNotTakenForNothing() throws Exception {
        live(Disk.system(), LARGE, journal -> write(journal, 1, 10));
        live(Disk.system(), 1, HistoryFaultTest::freeAll);
        live(Disk.system(), LARGE, journal -> journal.history().digest());
        live(Disk.system(), LARGE, journal -> write(journal, 11, 20));
        live(Disk.system(), LARGE, journal -> write(journal, 21, 30));
        live(Disk.system(), 1, HistoryFaultTest::freeAll);
        Path segments = root.resolve("history/segments");
        for (long number : upToFirstWithRecords(segments)) {
            Files.delete(Segment.file(segments, number));
        }

        live(
                Disk.system(),
                LARGE,
                journal ->
                        assertThat(
                                assertThrows(IOException.class, () -> journal.history().digest())
                                        .getMessage(),
                                containsString("gap")));
    }

    @Test
    void aRewindThatFailedIsNotDoneLater() throws Exception {
        AtomicBoolean isBroken = new AtomicBoolean();
        Disk disk = failingNames(isBroken);
        live(
                disk,
                LARGE,
                journal -> {
                    write(journal, 1, 10);
                    isBroken.set(true);
                    assertThrows(
                            UncheckedIOException.class,
                            () -> journal.history().prepare(file(0), file(0), ID, bookmark(3)));
                    write(journal, 11, 20);
                });

        live(
                disk,
                LARGE,
                journal -> {
                    assertThat("is done later", journal.history().isPending(file(0)), is(false));
                    assertThat(TestJournals.value(root, journal, 0), is(20));
                });
    }

    @Test
    void aRestoreThatIsDoneButForItsEndIsEndedByTheNextStart() throws Exception {
        AtomicBoolean isBroken = new AtomicBoolean();
        live(
                failingNames(isBroken),
                LARGE,
                journal -> {
                    write(journal, 1, 10);
                    journal.history().prepare(file(0), file(0), ID, bookmark(3));
                    journal.redo().release(file(0), Redo.Closed.WITHOUT_LOG);
                    isBroken.set(true);
                    assertThrows(
                            UncheckedIOException.class,
                            () ->
                                    journal.history()
                                            .restoreIfPending(ID, file(0), NOTHING, journal));

                    journal.history().restoreIfPending(ID, file(0), NOTHING, journal);

                    assertThat(journal.history().isPending(file(0)), is(false));
                    assertThat(TestJournals.value(root, journal, 0), is(3));
                });
    }

    @Test
    void aLogThatWasLeftBesideARestoreIsNotTakenForThatOfTheNext() throws Exception {
        live(
                Disk.system(),
                LARGE,
                journal -> {
                    write(journal, 1, 10);
                    journal.history().prepare(file(0), file(0), ID, bookmark(3));
                    String restore = journal.history().restores().files().getFirst();
                    Path left = Scratch.wal(root.resolve(restore));
                    Files.writeString(left, "a log");

                    journal.history().prepare(file(0), file(0), ID, bookmark(4));

                    assertThat(Files.exists(left), is(false));
                });
    }

    @Test
    void noMomentIsInTheMiddleOfARestore() throws Exception {
        Disk disk =
                new Disk() {
                    @Override
                    public void force(Path file, FileChannel channel) {}
                };
        live(
                disk,
                LARGE,
                journal -> {
                    writeLarge(journal, 1);
                    Bookmark first = journal.history().now(ID, file(0));
                    writeLarge(journal, 2);
                    journal.redo().release(file(0), Redo.Closed.WITHOUT_LOG);
                    journal.redo().prepare(file(0));
                    journal.redo().release(file(0), Redo.Closed.WHOLE);
                    journal.history().prepare(file(0), file(0), ID, first);
                    Instant begin = now;

                    journal.history().restoreIfPending(ID, file(0), NOTHING, ticking(journal));

                    List<List<Byte>> found = new ArrayList<>();
                    for (Instant at = begin; !at.isAfter(now); at = at.plusSeconds(1)) {
                        byte[] all = read(journal, journal.history().at(ID, file(0), at));
                        found.add(List.of(all[100], all[all.length - 1]));
                    }
                    byte one = 1;
                    byte two = 2;
                    assertThat(
                            found, everyItem(anyOf(is(List.of(one, one)), is(List.of(two, two)))));
                    assertThat(found.getLast(), is(List.of(one, one)));
                });
    }

    @Test
    void anInterruptDoesNotKeepADatabaseFromCatchingUp() throws Exception {
        live(
                Disk.system(),
                LARGE,
                journal -> {
                    write(journal, 1, 10);
                    journal.redo().release(file(0), Redo.Closed.WITHOUT_LOG);
                    Thread.currentThread().interrupt();

                    int value = TestJournals.value(root, journal, 0);

                    assertThat("is still interrupted", Thread.interrupted(), is(true));
                    assertThat(value, is(10));
                });
    }

    private void live(Disk disk, long journalBytesMax, Life life) throws Exception {
        HeldWaiting waiting = new HeldWaiting();
        Duration month = Duration.ofDays(30);
        try (Journal journal =
                new Journal(
                        root,
                        disk,
                        waiting,
                        () -> now,
                        30,
                        journalBytesMax,
                        new HistoryRules(Map.of("key", month), month, LARGE, LARGE),
                        JournalIndex.none())) {
            journal.checkpointThrough((file, use) -> {
                journal.redo().release(file, Redo.Closed.WITHOUT_LOG); // Nobody has databases here.
                return false;
            });
            try {
                life.run(journal);
            } finally {
                waiting.release();
            }
        }
    }

    private static void freeAll(Journal journal) {
        while (journal.state().bytes() > 1) {
            Thread.onSpinWait();
        }
    }

    private void write(Journal journal, int from, int to) {
        for (int value = from; value <= to; value++) {
            TestJournals.write(journal, value == 1 ? whole(0, value) : change(0, value));
            known.put(value, journal.history().now(ID, file(0)));
            now = now.plusSeconds(1);
        }
    }

    private Bookmark bookmark(int value) {
        return Objects.requireNonNull(known.get(value));
    }

    private void assertEveryMomentIsKnown(Journal journal) throws IOException {
        assertThat(known.keySet(), is(not(empty())));
        for (Map.Entry<Integer, Bookmark> one : known.entrySet()) {
            int value = read(journal, one.getValue())[PAGE_BYTES];
            assertThat("the value behind commit " + one.getKey(), value, is(one.getKey()));
        }
    }

    private byte[] read(Journal journal, Bookmark bookmark) throws IOException {
        Path scratch = root.resolve("scratch");
        Files.deleteIfExists(scratch);
        journal.history().write(file(0), ID, bookmark, scratch);
        return Files.readAllBytes(scratch);
    }

    private static List<Long> upToFirstWithRecords(Path segments) throws IOException {
        List<Long> numbers = Segment.numbers(segments);
        for (int i = 0; i < numbers.size(); i++) {
            long number = numbers.get(i);
            SegmentReader reader = SegmentReader.open(Segment.file(segments, number), number);
            if (reader != null && reader.next() != null) {
                return numbers.subList(0, i + 1);
            }
        }
        throw new AssertionError("no file has a record");
    }

    /// A database that takes more than one commit to restore.
    private static void writeLarge(Journal journal, int value) {
        int pageBytes = 1 << 16;
        List<PageImage> pages = new ArrayList<>();
        for (int number = 1; number <= 1_500; number++) {
            byte[] page = new byte[pageBytes];
            Arrays.fill(page, (byte) value);
            page[16] = 0; // The size of a page, in the header.
            page[17] = 1;
            pages.add(new PageImage(number, page, 0, PageImage.ALL));
        }
        boolean isFirst = value == 1;
        TestJournals.write(
                journal,
                new Commit(ID, file(0), isFirst, pageBytes, pages.size(), pages, Wake.UNCHANGED));
    }

    /// A second passes with each commit.
    private CommitLog ticking(Journal journal) {
        return new CommitLog() {
            @Override
            public long append(Commit commit) {
                now = now.plusSeconds(1);
                return journal.append(commit);
            }

            @Override
            public void awaitDurable(long position) {
                journal.awaitDurable(position);
            }

            @Override
            public long durable() {
                return journal.durable();
            }

            @Override
            public void close() {}
        };
    }

    private static Disk failingNames(AtomicBoolean isBroken) {
        return new Disk() {
            @Override
            public void forceNames(@Nullable Path directory) throws IOException {
                boolean isOfRestores =
                        directory != null && directory.endsWith(DIRECTORY_OF_RESTORES);
                if (isOfRestores && isBroken.getAndSet(false)) {
                    throw new IOException("too many open files");
                }
                Disk.super.forceNames(directory);
            }
        };
    }

    /// A disk of a process that is killed between the last byte of what it appends to history and
    /// the sync of that.
    private static final class KilledDisk implements Disk {

        /// What the files hold for certain that were written and not forced.
        private final Map<Path, byte[]> durable = new ConcurrentHashMap<>();

        private boolean isLast;
        private boolean isDead;

        @Override
        public synchronized void write(
                Path file, FileChannel channel, ByteBuffer bytes, long position)
                throws IOException {
            check();
            isLast = file.toString().endsWith(".history") && bytes.remaining() == 1;
            if (isLast) {
                durable.put(file, Files.readAllBytes(file));
            }
            Disk.super.write(file, channel, bytes, position);
        }

        @Override
        public synchronized void force(Path file, FileChannel channel) throws IOException {
            isDead |= isLast;
            check();
            Disk.super.force(file, channel);
        }

        @Override
        public synchronized void delete(Path file) throws IOException {
            check();
            Disk.super.delete(file);
        }

        /// Returns the disk of the next process: what was not forced may still be.
        Disk again() {
            Set<Path> forced = ConcurrentHashMap.newKeySet();
            return new Disk() {
                @Override
                public void force(Path file, FileChannel channel) throws IOException {
                    Disk.super.force(file, channel);
                    forced.add(file);
                    durable.remove(file);
                }

                @Override
                public void move(Path source, Path target) throws IOException {
                    Disk.super.move(source, target);
                    if (forced.contains(source)) {
                        durable.remove(target);
                    }
                }
            };
        }

        private void check() throws IOException {
            if (isDead) {
                throw new IOException("killed");
            }
        }

        /// What was not forced is as it was before.
        synchronized void losePower() throws IOException {
            for (Map.Entry<Path, byte[]> one : durable.entrySet()) {
                Files.write(one.getKey(), one.getValue());
            }
        }
    }
}
