package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.AbortOptions;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.Limit;
import dev.durableobjects.operations.Operations;
import dev.durableobjects.operations.StoredObject;
import dev.durableobjects.runtime.Metrics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of an alarm whose run fails.
@Timeout(60)
class AlarmRetrySpec {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);

    private static final String KEEP =
            """
            CREATE TRIGGER keep BEFORE DELETE ON _do_schedules
            BEGIN SELECT RAISE(IGNORE); END
            """;

    @TempDir private Path directory;
    private AlarmWorld world;

    @BeforeEach
    void open() {
        world = new AlarmWorld(directory);
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void runsSevenTimesAndIsGivenUp() throws Exception {
        world.handler =
                (self, run) -> {
                    throw new IllegalStateException("odd");
                };
        world.setAlarm("a", HOUR);
        Instant due = world.now().plus(HOUR);

        for (int i = 0; i < 7; i++) {
            world.pass(HOUR);
            AlarmWorld.Fired run = world.next();
            assertThat(run.retryCount(), is(i));
            assertThat("the time it was set to", run.due(), is(due));
            assertThat(world.left(), is(0));
        }

        world.pass(DAY);
        assertThat(world.left(), is(0));
        assertThat(world.getAlarm("a"), is(Optional.empty()));
    }

    @Test
    void waitsTwiceAsLongEachTimeAndUpToAQuarterMore() throws Exception {
        world.handler =
                (self, run) -> {
                    throw new IllegalStateException("odd");
                };
        world.setAlarm("a", Duration.ZERO);
        world.next();

        for (long seconds = 2; seconds <= 64; seconds *= 2) {
            assertThat(world.left(), is(0));
            world.pass(Duration.ofMillis(seconds * 1_000 - 3)); // Asking takes one.
            assertThat("not yet after " + seconds, world.left(), is(0));
            world.pass(Duration.ofMillis(seconds * 250 + 3));
            assertThat("after " + seconds, world.left(), is(1));
        }
    }

    @Test
    void staysSetAfterAFailure() throws Exception {
        world.handler =
                (self, run) -> {
                    throw new IllegalStateException("odd");
                };
        Instant due = world.now();
        world.setAlarm("a", Duration.ZERO);

        assertThat(world.left(), is(1));

        assertThat(world.getAlarm("a"), is(Optional.of(due)));
    }

    @Test
    void runsFailuresAndWhatWasGivenUpAreCounted() throws Exception {
        world.handler =
                (self, run) -> {
                    if (run.object().equals("abort")) {
                        self.ctx().abort("enough", new AbortOptions(false));
                    }
                    if (run.object().equals("a") || run.retryCount() == 0) {
                        throw new IllegalStateException("odd");
                    }
                };
        for (String object : List.of("a", "b", "abort")) {
            world.setAlarm(object, HOUR);
        }
        for (int runs = 0; runs < 7; runs++) {
            world.pass(HOUR);
            world.left();
        }

        Metrics metrics = world.runtime().objects().metrics();

        assertThat("7 of a, 2 of b, 1, and 7 that end them", metrics.alarmRuns(), is(17L));
        assertThat("7 of a, 1 of b, 1", metrics.alarmFailures(), is(9L));
        assertThat("a, and what was aborted", metrics.alarmsGivenUp(), is(2L));
    }

    @Test
    void whatAFailedRunWroteStays() throws Exception {
        world.handler =
                (self, run) -> {
                    self.createTable();
                    self.insert(run.retryCount());
                    if (run.retryCount() == 0) {
                        throw new IllegalStateException("odd");
                    }
                };
        world.setAlarm("a", Duration.ZERO);
        assertThat(world.left(), is(1));
        world.pass(HOUR);
        assertThat(world.left(), is(1));

        assertThat(world.in("a", Probe::values), is(List.of(0L, 1L)));
    }

    @Test
    void aNewTimeReplacesOneThatFailed() throws Exception {
        world.handler =
                (self, run) -> {
                    if (run.retryCount() == 0 && run.due().equals(AlarmWorld.START)) {
                        self.ctx().storage().setAlarm(AlarmWorld.START.plus(DAY));
                        throw new IllegalStateException("odd");
                    }
                };
        world.setAlarm("a", Duration.ZERO);
        assertThat(world.left(), is(1));

        world.pass(HOUR);
        assertThat(world.left(), is(0));
        world.pass(DAY);

        AlarmWorld.Fired run = world.next();
        assertThat(run.due(), is(AlarmWorld.START.plus(DAY)));
        assertThat(run.retryCount(), is(0));
    }

    @Test
    void oneThatIsDeletedInAFailedRunIsNotRepeated() throws Exception {
        world.handler =
                (self, run) -> {
                    self.ctx().storage().deleteAlarm();
                    throw new IllegalStateException("odd");
                };
        world.setAlarm("a", Duration.ZERO);
        assertThat(world.left(), is(1));

        world.pass(DAY);

        assertThat(world.left(), is(0));
    }

    @Test
    void anAbortIsAFailure() throws Exception {
        world.handler =
                (self, run) -> {
                    if (run.retryCount() == 0) {
                        self.ctx().abort("on purpose");
                    }
                };
        world.setAlarm("a", HOUR);
        world.pass(HOUR);
        world.next();
        settle();

        world.pass(HOUR);

        assertThat(world.next().retryCount(), is(1));
    }

    @Test
    void anAbortMayDeleteIt() throws Exception {
        world.handler = (self, run) -> self.ctx().abort("on purpose", new AbortOptions(false));
        world.setAlarm("a", HOUR);
        world.pass(HOUR);
        world.next();
        settle();

        world.pass(DAY);

        assertThat(world.left(), is(0));
        assertThat(world.getAlarm("a"), is(Optional.empty()));
    }

    @Test
    void aConstructorThatFailsIsAFailure() throws Exception {
        world.setAlarm("a", HOUR);
        world.restart();
        List<Instant> born = Probe.seen();
        world.runtime().constructor =
                self -> {
                    if (self.ctx().id().name().equals(Optional.of("a"))) {
                        born.add(world.now());
                        if (born.size() == 1) {
                            throw new IllegalStateException("odd");
                        }
                    }
                };

        world.pass(HOUR);
        while (born.isEmpty()) {
            Thread.onSpinWait();
        }
        settle();
        world.pass(HOUR);

        assertThat(world.next().retryCount(), is(1));
    }

    @Test
    void aFailedCriticalSectionIsAFailure() throws Exception {
        world.handler =
                (self, run) -> {
                    if (run.retryCount() == 0) {
                        self.ctx()
                                .blockConcurrencyWhile(() -> {
                                    throw new IllegalStateException("odd");
                                });
                    }
                };
        world.setAlarm("a", HOUR);
        world.pass(HOUR);
        world.next();
        settle();

        world.pass(HOUR);

        assertThat(world.next().retryCount(), is(1));
    }

    @Test
    void aRunThatTakesTooLongIsAFailure() throws Exception {
        world.close();
        world =
                new AlarmWorld(
                        directory.resolve("short"),
                        builder -> builder.limit(Limit.ALARM_SECONDS, 900));
        world.handler =
                (self, run) -> {
                    if (run.retryCount() == 0) {
                        world.pass(Duration.ofMinutes(16));
                        self.ctx()
                                .await(() -> {
                                    while (!isReset()) {
                                        Thread.onSpinWait();
                                    }
                                });
                    }
                };
        world.setAlarm("a", HOUR);
        world.pass(HOUR);
        world.next();
        settle();

        world.pass(HOUR);

        assertThat(world.next().retryCount(), is(1));
    }

    /// Asks the object; the call fails once it was reset, or it is another instance.
    private boolean isReset() {
        try {
            world.in("a", self -> self.counter++);
            return world.runtime().constructed.stream().filter("a"::equals).count() > 1;
        } catch (DurableObjectException e) {
            return true;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theCountSurvivesARestart() throws Exception {
        world.handler =
                (self, run) -> {
                    throw new IllegalStateException("odd");
                };
        world.setAlarm("a", Duration.ZERO);
        assertThat(world.left(), is(1));

        world.restart();
        world.pass(HOUR);

        assertThat(world.next().retryCount(), is(1));
    }

    @Test
    void aRunThatTheClosingRuntimeEndsIsNoFailure() throws Exception {
        List<Integer> counts = Probe.seen();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        world.handler =
                (self, run) -> {
                    counts.add(run.retryCount());
                    begun.countDown();
                    self.ctx().await(() -> over.await());
                };
        world.setAlarm("a", Duration.ZERO);
        begun.await();
        ProbeRuntime closing = world.runtime();
        CompletableFuture<Object> closed =
                ProbeRuntime.started(() -> {
                    closing.close();
                    return true;
                });
        while (!closed.isDone()) {
            world.pass(Duration.ofMillis(1));
        }
        over.countDown();
        world.next();

        world.restart();

        world.next();
        assertThat(counts, contains(0, 0));
    }

    @Test
    void aRowThatNoRunEndsIsNotRepeatedWithoutPause(@TempDir Path files) throws Exception {
        world.setAlarm("a", HOUR);
        change(files, KEEP);

        world.pass(HOUR);
        assertThat(world.left(), is(1));
        assertThat("not at once", world.left(), is(0));
        world.pass(Duration.ofSeconds(3));

        assertThat("but again", world.left(), is(1));
    }

    @Test
    void aRowThatNoAbortEndsIsNotRepeatedWithoutPause(@TempDir Path files) throws Exception {
        world.handler = (self, run) -> self.ctx().abort("on purpose", new AbortOptions(false));
        world.setAlarm("a", HOUR);
        change(files, KEEP);

        world.pass(HOUR);
        assertThat(world.left(), is(1));
        assertThat("not at once", world.left(), is(0));
        world.pass(Duration.ofSeconds(3));

        assertThat("but again", world.left(), is(1));
    }

    @Test
    void oneThatMustNotBeRepeatedIsNotAlsoIfThatCannotBeWritten(@TempDir Path files)
            throws Exception {
        world.handler = (self, run) -> self.ctx().abort("on purpose", new AbortOptions(false));
        world.setAlarm("a", HOUR);
        change(
                files,
                "CREATE TABLE locks (v)",
                "INSERT INTO locks VALUES (1)",
                """
                CREATE TRIGGER refuse BEFORE DELETE ON _do_schedules
                WHEN EXISTS (SELECT 1 FROM locks)
                BEGIN SELECT RAISE(ABORT, 'refused'); END
                """);
        world.pass(HOUR);
        assertThat(world.left(), is(1));
        world.pass(Duration.ofSeconds(3));
        assertThat("nor while it cannot", world.left(), is(0));
        world.in("a", self -> self.ctx().storage().sql().exec("DELETE FROM locks").rowsWritten());

        world.pass(HOUR);

        assertThat(world.left(), is(0));
        assertThat(world.getAlarm("a"), is(Optional.empty()));
        assertThat("once", world.runtime().objects().metrics().alarmFailures(), is(1L));
    }

    /// Changes the database of an object as its own code could not.
    private void change(Path files, String... sql) throws Exception {
        Operations operations = world.runtime().objects().operations();
        StoredObject object = operations.object(OperatorWorld.NAMESPACE, "a");
        Path file = files.resolve("a.sqlite");
        operations.exportObject(object, file);
        OperatorWorld.change(file, sql);
        operations.importObject(object, file);
    }

    /// Returns when what a run that broke its object has to be followed by is done.
    private void settle() throws Exception {
        assertThat(world.left(), is(0));
    }
}
