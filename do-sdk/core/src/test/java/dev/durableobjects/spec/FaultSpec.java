package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.journal.FaultyDisk;
import dev.durableobjects.runtime.DurableObjectsBuilder;
import dev.durableobjects.runtime.Health;
import dev.durableobjects.runtime.Health.Problem;
import dev.durableobjects.runtime.Health.Reason;
import dev.durableobjects.runtime.Health.Status;
import dev.durableobjects.runtime.TestRuntime;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What callers and operators learn of a fault of the disk, the files or the clock, and what is
/// left.
@Timeout(60)
class FaultSpec {

    private static final long SMALL_JOURNAL_BYTES = 256 << 10;

    @TempDir private Path parent;
    private final FaultyDisk disk = new FaultyDisk();
    private final Random random = new Random(0);
    private ProbeRuntime runtime;

    @AfterEach
    void stop() {
        if (runtime != null) {
            runtime.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"No space left on device", "Read-only file system"})
    void aFailedWriteEndsAllCommitsAndLosesNothing(String message) throws Exception {
        start(this::onFaultyDisk);
        write("a", 1);

        disk.failWrites(message);
        DurableObjectException told =
                assertThrows(DurableObjectException.class, () -> write("a", 2));
        disk.failWrites("");

        assertThat(told.kind(), is(Kind.RESET));
        assertThat(told.getMessage(), containsString(message));
        assertFailedForGood(message);
        restart();
        assertThat(runtime.values("a"), contains(1L));
    }

    @Test
    void aFailedSyncEndsAllCommitsAndLosesNothing() throws Exception {
        start(this::onFaultyDisk);
        write("a", 1);

        disk.failForces("Input/output error");
        DurableObjectException told =
                assertThrows(DurableObjectException.class, () -> write("a", 2));
        disk.failForces("");

        assertThat(told.kind(), is(Kind.RESET));
        assertFailedForGood("Input/output error");
        restart();
        assertThat("the second may be there, too", runtime.values("a"), hasItem(1L));
    }

    @Test
    void aRuntimeClosesAlthoughItsDiskTakesNothing() throws Exception {
        start(this::onFaultyDisk);
        write("a", 1);

        disk.failForces("Input/output error");
        runtime.close();
        disk.failForces("");

        restart();
        assertThat(runtime.values("a"), hasItem(1L));
    }

    @Test
    void aSyncThatHangsTimesOutAndTheObjectGoesOnWhenItEnds() throws Exception {
        ManualTime time = new ManualTime();
        start(builder -> TestRuntime.withWaiting(onFaultyDisk(builder), time));
        write("a", 1);

        disk.hold();
        CompletableFuture<Object> late = runtime.start("a", self -> insert(self, 2));
        disk.awaitHeld();
        while (!late.isDone()) {
            time.pass(Duration.ofSeconds(1));
        }
        Health meanwhile = health();
        disk.release();

        DurableObjectException told =
                (DurableObjectException)
                        assertThrows(ExecutionException.class, late::get).getCause();
        assertThat(told.kind(), is(Kind.TIMED_OUT));
        assertThat(reasons(meanwhile), contains(Reason.JOURNAL_LATE));
        assertThat(meanwhile.status(), is(Status.FAILED));
        assertThat("it came to be durable", runtime.values("a"), contains(1L, 2L));
        assertThat(health().problems(), is(empty()));
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsRefused() throws IOException {
        Path directory = Files.createDirectory(parent.resolve("data"));
        makeReadOnly(directory);

        UncheckedIOException refused =
                assertThrows(UncheckedIOException.class, () -> start(builder -> {}));

        assertThat(
                refused.getMessage(), containsString("cannot use the data directory " + directory));
    }

    /// The administrator may write what is read-only, but not into a directory instead of a file.
    private static void makeReadOnly(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
        if (Files.isWritable(directory)) {
            Files.createDirectory(directory.resolve("lock"));
        }
    }

    @Test
    void anObjectWhoseDatabaseIsMissingCannotBeUsedAndOthersCan() throws Exception {
        start(this::withSmallJournal);
        writeUntilFreed("a");
        write("a", 2);
        write("b", 3);
        runtime.close();
        Files.delete(file("a"));

        restart();
        DurableObjectException told =
                assertThrows(DurableObjectException.class, () -> runtime.values("a"));

        assertThat(told.kind(), is(Kind.UNREADABLE));
        assertThat(told.durableObjectId().orElseThrow(), is(runtime.stub("a").id()));
        assertThat(told.getMessage(), containsString(file("a") + " is missing"));
        assertThat(runtime.values("b"), contains(3L));
        assertThat(reasons(health()), contains(Reason.DATABASE_MISSING));
        assertThat(health().status(), is(Status.DEGRADED));
    }

    @ParameterizedTest
    @CsvSource({"0, SQLITE_NOTADB", "4096, SQLITE_CORRUPT"})
    void anObjectWhoseDatabaseIsDamagedIsResetAndOthersGoOn(int offset, String code)
            throws Exception {
        start(this::withSmallJournal);
        writeUntilFreed("a");
        write("b", 3);
        runtime.close();
        damage(file("a"), offset);

        restart();
        DurableObjectException told =
                assertThrows(DurableObjectException.class, () -> runtime.values("a"));

        assertThat(told.kind(), is(Kind.UNREADABLE));
        assertThat(told.getMessage(), containsString(code));
        assertThat(runtime.values("b"), contains(3L));
        assertThat(health().problems(), is(empty()));
    }

    @Test
    void aClockThatGoesBackDoesNoHarm() throws Exception {
        AtomicLong millis = new AtomicLong(1_000_000_000);
        Consumer<DurableObjectsBuilder> backwards =
                builder ->
                        TestRuntime.withClock(
                                builder, () -> Instant.ofEpochMilli(millis.addAndGet(-60_000)));
        start(backwards);
        write("a", 1);
        write("a", 2);
        runtime.close();

        start(backwards);
        write("a", 3);

        assertThat(runtime.values("a"), contains(1L, 2L, 3L));
        assertThat(health().problems(), is(empty()));
    }

    @Test
    void anObjectThatLetsNobodyInMakesTheJournalLongerAndDelaysNobody() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        start(this::withSmallJournal);
        write("a", 1);
        CompletableFuture<Object> event =
                runtime.start(
                        "a",
                        self -> {
                            inside.countDown();
                            release.await();
                            return insert(self, 2);
                        });
        inside.await();

        while (health().problems().isEmpty()) {
            fill("b");
        }
        Health meanwhile = health();
        release.countDown();
        event.get();
        while (!health().problems().isEmpty()) {
            fill("b");
        }

        assertThat(reasons(meanwhile), contains(Reason.JOURNAL_LONG));
        assertThat(meanwhile.status(), is(Status.DEGRADED));
        assertThat(
                meanwhile.problems().getFirst().message(),
                containsString(String.valueOf(file("a").getFileName())));
        assertThat(runtime.values("a"), contains(1L, 2L));
    }

    @Test
    void aDamagedFileOfHistoryIsToldAndStopsNobody() throws Exception {
        start(this::withSmallJournal);
        write("a", 1);
        Path first = firstOfHistory();
        damage(first, 300);

        start(this::withSmallJournal);
        while (!reasons(health()).contains(Reason.HISTORY_FAILED)) {
            fill("filler");
        }

        assertThat(Reason.HISTORY_FAILED.status(), is(Status.DEGRADED));
        assertThat(
                health().problems().toString(),
                allOf(
                        containsString("%s is damaged".formatted(first.getFileName())),
                        containsString("put that file back")));
        write("a", 2);
        assertThat(runtime.values("a"), contains(1L, 2L));
    }

    @Test
    void aDiskThatIsAlmostFullIsToldAndUsed() throws Exception {
        Disk almostFull =
                new Disk() {
                    @Override
                    public long freeBytes(Path directory) {
                        return 1_000;
                    }
                };
        start(builder -> TestRuntime.withDisk(builder, almostFull));

        write("a", 1);

        assertThat(reasons(health()), contains(Reason.DISK_LOW));
        assertThat(health().status(), is(Status.DEGRADED));
        assertThat(runtime.values("a"), contains(1L));
    }

    @Test
    void aClosedRuntimeSaysSo() {
        start(builder -> {});
        Health before = health();

        runtime.close();

        assertThat(before.status(), is(Status.HEALTHY));
        assertThat(reasons(health()), contains(Reason.CLOSING));
        assertThat(health().status(), is(Status.FAILED));
    }

    private void assertFailedForGood(String message) {
        assertThat(reasons(health()), contains(Reason.JOURNAL_FAILED));
        assertThat(health().problems().getFirst().message(), containsString(message));
        assertThat(health().status(), is(Status.FAILED));
        assertThrows(DurableObjectException.class, () -> runtime.values("a"));
        assertThrows(DurableObjectException.class, () -> write("b", 1));
    }

    private void start(Consumer<DurableObjectsBuilder> settings) {
        runtime = new ProbeRuntime(parent.resolve("data"), settings);
    }

    private void restart() {
        runtime.close();
        start(builder -> {});
        assertThat(health().problems(), is(empty()));
    }

    private DurableObjectsBuilder onFaultyDisk(DurableObjectsBuilder builder) {
        return TestRuntime.withDisk(builder, disk);
    }

    private void withSmallJournal(DurableObjectsBuilder builder) {
        TestRuntime.withJournalBytes(builder, SMALL_JOURNAL_BYTES);
    }

    private Health health() {
        return runtime.objects().health();
    }

    private static List<Reason> reasons(Health health) {
        return health.problems().stream().map(Problem::reason).toList();
    }

    private void write(String object, int value) throws Exception {
        runtime.in(object, (self, argument) -> insert(self, value));
    }

    private static Object insert(Probe self, int value) {
        self.createTable();
        self.insert(value);
        return value;
    }

    /// Writes until the journal has nothing of the object's first commit any more.
    private void writeUntilFreed(String object) throws Exception {
        write(object, 1);
        Path first = parent.resolve("data").resolve("journal").resolve("0000000000000001.journal");
        while (Files.exists(first)) {
            fill("filler");
        }
        assertThat(Files.exists(file(object)), is(true));
    }

    /// Closes the runtime when it has left files that are to be sorted, and returns the first.
    private Path firstOfHistory() throws Exception {
        Path files = parent.resolve("data").resolve("history").resolve("segments");
        while (true) {
            fill("filler");
            runtime.close();
            try (Stream<Path> all = Files.list(files)) {
                Optional<Path> first = all.sorted().findFirst();
                if (first.isPresent()) {
                    return first.get();
                }
            }
            start(this::withSmallJournal);
        }
    }

    /// Writes some pages, and leaves the database as it was.
    private void fill(String object) throws Exception {
        runtime.in(
                object,
                (self, argument) -> {
                    self.createTable();
                    self.insert(noise());
                    self.ctx().storage().sql().exec("DELETE FROM t");
                    return "";
                });
    }

    /// Returns bytes that are not those before, for the journal keeps what has changed.
    private byte[] noise() {
        byte[] bytes = new byte[20_000];
        random.nextBytes(bytes);
        return bytes;
    }

    private Path file(String object) {
        return ObjectFiles.ofProbe(parent.resolve("data"), runtime.stub(object).id());
    }

    private static void damage(Path file, int offset) throws IOException {
        byte[] garbage = new byte[100];
        Arrays.fill(garbage, (byte) 'x');
        try (RandomAccessFile target = new RandomAccessFile(file.toFile(), "rw")) {
            target.seek(offset);
            target.write(garbage);
        }
    }
}
