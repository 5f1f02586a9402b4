package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.Limit;
import dev.durableobjects.runtime.TestRuntime;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Which failed runs are counted: those that fail by the object's own code, whatever it has passed
/// on, and not those that fail by a fault of the node. The log tells of both.
@Timeout(60)
class AlarmBlameSpec {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final long SMALL_JOURNAL_BYTES = 256 << 10;
    private static final int PAGE_BYTES = 4096;

    private static final String ENDLESS =
            """
            INSERT INTO t
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
            SELECT i FROM n WHERE i < 0
            """;

    @TempDir private Path directory;
    private final RecordingLog log = new RecordingLog();
    private AlarmWorld world;

    @BeforeEach
    void open() {
        world =
                new AlarmWorld(
                        directory,
                        builder -> {
                            TestRuntime.withJournalBytes(builder, SMALL_JOURNAL_BYTES);
                            builder.limit(Limit.STATEMENT_SECONDS, 60);
                        });
    }

    @AfterEach
    void close() {
        world.close();
        log.close();
    }

    @ParameterizedTest
    @EnumSource
    void aConstructorMayHavePassedOnWhatAnotherObjectFailedWith(Kind kind) throws Exception {
        world.setAlarm("a", HOUR);

        failOnce(self -> {
            throw ofAnother(kind);
        });

        assertThat(world.next().retryCount(), is(1));
        assertThat(log.warnings("a"), contains("PROBE a: a run of its alarm has failed"));
    }

    @Test
    void aConstructorMayHavePassedOnWhatAnotherObjectHasThrown() throws Exception {
        world.setAlarm("a", HOUR);

        failOnce(self -> {
            try {
                self.other("b").run("unknown", "");
            } catch (Exception e) {
                throw (RuntimeException) e;
            }
        });

        assertThat(world.next().retryCount(), is(1));
        assertThat(log.warnings("a"), contains("PROBE a: a run of its alarm has failed"));
    }

    @ParameterizedTest
    @EnumSource
    void aCriticalSectionMayHavePassedOnWhatAnotherObjectFailedWith(Kind kind) throws Exception {
        world.handler =
                (self, run) -> {
                    if (run.retryCount() == 0) {
                        self.ctx()
                                .blockConcurrencyWhile(() -> {
                                    throw ofAnother(kind);
                                });
                    }
                };
        world.setAlarm("a", HOUR);
        world.pass(HOUR);
        world.next();
        assertThat(world.left(), is(0));

        world.pass(HOUR);

        assertThat(world.next().retryCount(), is(1));
        assertThat(log.warnings("a"), contains("PROBE a: a run of its alarm has failed"));
    }

    private static DurableObjectException ofAnother(Kind kind) {
        return new DurableObjectException(kind, null, "of another object", null);
    }

    @Test
    void aStatementThatRanForTooLongIsOfTheApplication() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        world.handler =
                (self, run) -> {
                    if (run.retryCount() == 0) {
                        begun.countDown();
                        try {
                            self.ctx().storage().sql().exec(ENDLESS);
                        } finally {
                            stopped.countDown();
                        }
                    }
                };
        world.runtime().prepare("a");
        world.setAlarm("a", HOUR);
        world.pass(HOUR);
        begun.await();
        while (stopped.getCount() > 0) {
            world.pass(Duration.ofSeconds(1));
        }
        world.next();
        assertThat(world.left(), is(0));

        world.pass(HOUR);

        assertThat(world.next().retryCount(), is(1));
    }

    @Test
    void aConstructorThatCannotReadItsDatabaseIsNotToBlame() throws Exception {
        world.runtime().prepare("a");
        world.setAlarm("a", HOUR);
        writeUntilFreed();
        Path file = file("a");
        world.runtime().close();
        byte[] before = page(file, new byte[PAGE_BYTES]);

        failOnce(Probe::values);
        page(file, before);

        assertThat(world.next().retryCount(), is(0));
        assertThat(
                log.warnings("a"),
                contains("PROBE a: a run of its alarm has failed by a fault of the node"));
    }

    @Test
    void theLogNamesTheScheduleAndTheObject() throws Exception {
        world.handler =
                (self, run) -> {
                    throw new IllegalStateException("odd");
                };
        world.in(
                "a",
                self -> {
                    self.ctx().schedules().after("tick", HOUR);
                    return null;
                });

        for (int i = 0; i < 7; i++) {
            world.pass(HOUR);
            world.next();
            assertThat(world.left(), is(0));
        }

        List<String> told = log.warnings("a");
        assertThat(told.removeLast(), is("PROBE a: its schedule 'tick' is given up after run 7"));
        assertThat(told.size(), is(7));
        assertThat(Set.copyOf(told), contains("PROBE a: a run of its schedule 'tick' has failed"));
    }

    /// Lets the first constructor fail, and gives the second one an hour of time.
    private void failOnce(Consumer<Probe> body) throws Exception {
        List<String> born = Probe.seen();
        CountDownLatch failed = new CountDownLatch(1);
        world.restart();
        world.runtime().constructor =
                self -> {
                    if (self.ctx().id().name().equals(Optional.of("a"))) {
                        born.add("a");
                        if (born.size() == 1) {
                            try {
                                body.accept(self);
                            } finally {
                                failed.countDown();
                            }
                        }
                    }
                };
        world.pass(HOUR);
        failed.await();
        assertThat(world.left(), is(0));
        world.pass(HOUR);
    }

    /// Writes until the journal could not mend the file of an object any more.
    private void writeUntilFreed() throws Exception {
        Random random = new Random(0);
        Path first = directory.resolve("journal").resolve("0000000000000001.journal");
        world.runtime().prepare("filler");
        while (Files.exists(first)) {
            byte[] noise = new byte[20_000];
            random.nextBytes(noise);
            world.in(
                    "filler",
                    self -> {
                        self.insert(noise);
                        self.ctx().storage().sql().exec("DELETE FROM t");
                        return "";
                    });
        }
    }

    private Path file(String object) {
        return ObjectFiles.ofProbe(directory, world.runtime().stub(object).id());
    }

    /// Overwrites the page of the first table, and returns what it was.
    private static byte[] page(Path file, byte[] bytes) throws Exception {
        byte[] before = new byte[PAGE_BYTES];
        try (RandomAccessFile database = new RandomAccessFile(file.toFile(), "rw")) {
            database.seek(PAGE_BYTES);
            database.readFully(before);
            database.seek(PAGE_BYTES);
            database.write(bytes);
        }
        return before;
    }
}
