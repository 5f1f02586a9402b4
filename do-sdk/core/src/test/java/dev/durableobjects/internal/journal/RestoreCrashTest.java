package dev.durableobjects.internal.journal;

import static dev.durableobjects.internal.journal.TestJournals.change;
import static dev.durableobjects.internal.journal.TestJournals.file;
import static dev.durableobjects.internal.journal.TestJournals.whole;
import static dev.durableobjects.internal.journal.TestJournals.write;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.both;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.isOneOf;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Bookmark;
import dev.durableobjects.BookmarkException;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/// The machine stops before and after every single step that history takes on the disk, and
/// everything, nothing, or nearly all survives of what was not forced: the object is in the old
/// state or the new one, and every bookmark leads where it led.
class RestoreCrashTest {

    private static final System.Logger LOGGER = System.getLogger(RestoreCrashTest.class.getName());

    private static final DurableObjectId ID = DurableObjectId.of(new byte[32]);
    private static final long NO_BYTES = 1;
    private static final long LARGE_BYTES = 1 << 20;
    private static final long MANY_BYTES = 1L << 40;
    private static final int STEPS_MAX = 500;
    private static final int VALUES = 36;
    private static final int KNOWN = 6;

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

    /// What is forced matters only until the machine stops.
    private static final Disk UNFORCED =
            new Disk() {
                @Override
                public void force(Path file, FileChannel channel) {}

                @Override
                public void forceNames(@Nullable Path directory) {}
            };

    @TempDir(factory = MemoryDirectory.class)
    private Path parent;

    private final Map<Bookmark, Integer> known = new LinkedHashMap<>();
    private HistoryRules rules = rules(Duration.ofDays(30));
    private Path template;
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @BeforeEach
    void begin() {
        template = parent.resolve("template");
    }

    private static HistoryRules rules(Duration retention) {
        return new HistoryRules(Map.of("key", retention), retention, MANY_BYTES, MANY_BYTES);
    }

    /// In memory where the system offers that: nothing is forced for real.
    static final class MemoryDirectory implements TempDirFactory {

        private static final Path MEMORY = Path.of("/dev/shm");

        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
                throws IOException {
            return Files.isWritable(MEMORY)
                    ? Files.createTempDirectory(MEMORY, "journal")
                    : Files.createTempDirectory("journal");
        }
    }

    /// What is done until the machine stops.
    private interface Work {

        void run(Journal journal, Promise promise) throws IOException;
    }

    /// What is found afterwards.
    private interface Check {

        void run(Journal journal, Path root, Promise promise) throws IOException;
    }

    /// What was promised before the machine stopped.
    private static final class Promise {

        private boolean isMade;
        private Bookmark undo =
                new Bookmark("0".repeat(8) + "-00000000-00000000-" + "0".repeat(32));
    }

    @Test
    void aRestoreIsOldOrNewAndHappensOnceItWasPromised() throws IOException {
        prepare(Duration.ofSeconds(10));
        Bookmark wanted = bookmark(7);

        crashEverywhere(
                "a restore",
                (journal, promise) -> {
                    journal.history().prepare(file(0), file(0), ID, wanted);
                    promise.undo = journal.history().beforeNextRestore(ID);
                    promise.isMade = true;
                    journal.history().restoreIfPending(ID, file(0), NOTHING, journal);
                },
                (journal, root, promise) -> {
                    journal.history().restoreIfPending(ID, file(0), NOTHING, journal);
                    int value = TestJournals.value(root, journal, 0);
                    assertThat(value, is(promise.isMade ? is(7) : isOneOf(7, VALUES)));
                    if (promise.isMade) {
                        assertThat(value(root, journal, promise.undo), is(VALUES));
                    }
                    checkBookmarks(journal, root);
                    write(journal, change(0, 99));
                    journal.redo().release(file(0), Redo.Closed.WITHOUT_LOG);
                    assertThat(value(root, journal, journal.history().now(ID, file(0))), is(99));
                    journal.history().restoreIfPending(ID, file(0), NOTHING, journal);
                    assertThat(TestJournals.value(root, journal, 0), is(99));
                });
    }

    @Test
    void sortingLosesNothing() throws IOException {
        prepare(Duration.ofSeconds(10));

        crashEverywhere("sorting", this::digest, this::checkDigested);
    }

    @Test
    void thinningLosesNothingThatIsKept() throws IOException {
        prepare(Duration.ofSeconds(10));
        now = now.plus(Duration.ofHours(2));

        crashEverywhere("thinning", this::digest, this::checkDigested);
    }

    @Test
    void forgettingLosesNothingThatIsKept() throws IOException {
        prepare(Duration.ofHours(2));
        rules = rules(Duration.ofDays(2));

        crashEverywhere(
                "forgetting",
                this::digest,
                (journal, root, promise) -> {
                    checkDigested(journal, root, promise);
                    BookmarkException refused =
                            assertThrows(
                                    BookmarkException.class,
                                    () -> value(root, journal, bookmark(1)));
                    assertThat(refused.reason(), is(BookmarkException.Reason.TOO_OLD));
                });
    }

    @Test
    void historyThatBeginsLateBeginsWithWhatIsDurable() throws IOException {
        rules = HistoryRules.off();
        live(LARGE_BYTES, journal -> write(journal, whole(0, 1)));
        live(NO_BYTES, journal -> free(journal, false));
        live(LARGE_BYTES, journal -> write(journal, change(0, VALUES)));
        rules = rules(Duration.ofDays(30));

        crashEverywhere(
                "a late begin",
                (journal, promise) -> {
                    journal.history().digestWhereMuchWaits();
                    promise.undo = journal.history().now(ID, file(0));
                    write(journal, change(0, 3));
                    promise.isMade = true;
                },
                (journal, root, promise) -> {
                    journal.history().digestWhereMuchWaits();
                    Bookmark present = journal.history().now(ID, file(0));
                    int value = TestJournals.value(root, journal, 0);
                    assertThat(value, is(promise.isMade ? is(3) : isOneOf(3, VALUES)));
                    assertThat(value(root, journal, present), is(value));
                    if (promise.isMade) {
                        assertThat(value(root, journal, promise.undo), is(VALUES));
                    }
                });
    }

    private void digest(Journal journal, Promise promise) throws IOException {
        journal.history().digest();
        promise.isMade = true;
    }

    private void checkDigested(Journal journal, Path root, Promise promise) throws IOException {
        checkBookmarks(journal, root);
        journal.history().digest();
        checkBookmarks(journal, root);
        assertThat(TestJournals.value(root, journal, 0), is(VALUES));
    }

    /// Each leads to its state, or to the end of its step, or says that it is too old.
    private void checkBookmarks(Journal journal, Path root) throws IOException {
        for (Map.Entry<Bookmark, Integer> one : known.entrySet()) {
            int value = one.getValue();
            try {
                int end = Math.min((value + 5) / 6 * 6, VALUES);
                assertThat(
                        value(root, journal, one.getKey()),
                        is(both(greaterThanOrEqualTo(value)).and(lessThanOrEqualTo(end))));
            } catch (BookmarkException e) {
                assertThat(e.getMessage(), e.reason(), is(BookmarkException.Reason.TOO_OLD));
                assertThat("older than two days", value, is(lessThan(VALUES - 23)));
                assertThat(rules, is(rules(Duration.ofDays(2))));
            }
        }
    }

    private Bookmark bookmark(int value) {
        return known.entrySet().stream()
                .filter(one -> one.getValue() == value)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    /// Stops at each step in turn until the work has no more of them.
    private void crashEverywhere(String what, Work work, Check check) throws IOException {
        Instant begin = now;
        int starts = 0;
        boolean isOver = false;
        int steps = 0;
        for (; !isOver; steps++) {
            assertThat(what + " has an end", steps, is(lessThan(STEPS_MAX)));
            for (boolean after : List.of(false, true)) {
                now = begin;
                Promise promise = new Promise();
                Path run = parent.resolve("%d-%s".formatted(steps, after));
                CrashingDisk disk = crash(run, steps, after, work, promise);
                isOver |= disk.left().isEmpty();
                for (Map.Entry<CrashingDisk.Left, Path> left : disk.left().entrySet()) {
                    starts++;
                    String where = "%s, stopped %s, %s was left".formatted(what, disk.last(), left);
                    check(where, left.getValue(), promise, check);
                }
            }
        }
        assertThat(steps, is(greaterThan(5)));
        LOGGER.log(
                System.Logger.Level.INFO,
                "{0}: {1} steps on the disk, {2} starts after a crash",
                what,
                steps - 1,
                starts);
    }

    private CrashingDisk crash(Path run, int step, boolean after, Work work, Promise promise)
            throws IOException {
        Path root = run.resolve("data");
        copy(template, root);
        CrashingDisk disk = new CrashingDisk(root, run);
        HeldWaiting waiting = new HeldWaiting();
        try (Journal journal = open(root, waiting, disk, LARGE_BYTES)) {
            disk.crashAt(step, after);
            try {
                work.run(journal, promise);
                disk.crashAt(Integer.MAX_VALUE, after);
            } finally {
                waiting.release();
            }
        } catch (IOException | RuntimeException e) {
            if (disk.left().isEmpty()) {
                throw e;
            }
        }
        return disk;
    }

    private void check(String where, Path root, Promise promise, Check check) {
        HeldWaiting waiting = new HeldWaiting();
        try (Journal journal = open(root, waiting, UNFORCED, LARGE_BYTES)) {
            try {
                check.run(journal, root, promise);
            } finally {
                waiting.release();
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            throw new AssertionError(where + ": " + e.getMessage(), e);
        }
    }

    private Journal open(Path root, HeldWaiting waiting, Disk disk, long bytesMax)
            throws IOException {
        Files.createDirectories(root);
        Journal journal =
                new Journal(
                        root, disk, waiting, () -> now, 30, bytesMax, rules, JournalIndex.none());
        journal.checkpointThrough((file, use) -> {
            journal.redo().release(file, Redo.Closed.WITHOUT_LOG); // Nobody has databases here.
            return false;
        });
        return journal;
    }

    /// Makes a past that is sorted in part, waits to be sorted in part, and is in the journal in
    /// part. Each life of the journal makes a file.
    private void prepare(Duration interval) throws IOException {
        live(LARGE_BYTES, journal -> writeValues(journal, 1, 12, interval));
        live(NO_BYTES, journal -> free(journal, true));
        live(LARGE_BYTES, journal -> writeValues(journal, 13, 21, interval));
        live(LARGE_BYTES, journal -> writeValues(journal, 22, 30, interval));
        live(NO_BYTES, journal -> free(journal, false));
        live(LARGE_BYTES, journal -> writeValues(journal, 31, VALUES, interval));
    }

    /// What happens in one life of the journal.
    private interface Life {

        void run(Journal journal) throws IOException;
    }

    private void live(long bytesMax, Life life) throws IOException {
        HeldWaiting waiting = new HeldWaiting();
        try (Journal journal = open(template, waiting, UNFORCED, bytesMax)) {
            life.run(journal);
            waiting.release();
        }
    }

    private static void free(Journal journal, boolean isSorted) throws IOException {
        while (journal.state().bytes() > NO_BYTES) {
            Thread.onSpinWait();
        }
        if (isSorted) {
            journal.history().digest();
        }
    }

    private void writeValues(Journal journal, int from, int to, Duration interval) {
        for (int i = from; i <= to; i++) {
            write(journal, i == 1 ? whole(0, i) : change(0, i));
            write(journal, i == 1 ? whole(1, i) : change(1, i));
            if (i % KNOWN == 1) { // Each is looked up after each crash.
                known.put(journal.history().now(ID, file(0)), i);
            }
            now = now.plus(interval);
        }
    }

    private static int value(Path root, Journal journal, Bookmark bookmark) throws IOException {
        Path scratch = root.resolve("scratch");
        Files.deleteIfExists(scratch);
        journal.history().write(file(0), ID, bookmark, scratch);
        return Files.readAllBytes(scratch)[TestJournals.PAGE_BYTES];
    }

    private static void copy(Path source, Path target) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(source)) {
            all.filter(Files::isRegularFile).forEach(files::add);
        }
        for (Path file : files) {
            Path to = target.resolve(source.relativize(file).toString());
            Files.createDirectories(to.getParent());
            Files.copy(file, to);
        }
    }
}
