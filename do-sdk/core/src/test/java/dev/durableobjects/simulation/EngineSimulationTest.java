package dev.durableobjects.simulation;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The whole engine under a seeded scheduler, clock and disk: whatever the interleaving and
/// wherever it crashes, one event runs at a time, nobody sees half of a turn, calls begin in their
/// order, what anybody outside has learned stays true, a cell becomes what it was at the moment to
/// which it or another was put back, and alarms and schedules run: none early, none again after its
/// success, and none never.
///
/// `-Dsimulation.seeds=100000` runs more, `-Dsimulation.first=SEED -Dsimulation.seeds=1` one again.
@Timeout(value = 1, unit = TimeUnit.DAYS) // It runs for as long as its properties say.
class EngineSimulationTest {

    private static final long FIRST = Long.getLong("simulation.first", 0);
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 2_500);
    private static final int FAULT_SEEDS = 500;

    private static final Logger REPORT = Logger.getLogger("simulation");

    /// What it says about failed disks and constructors is not news here.
    private static final Logger LOGGER = Logger.getLogger("dev.durableobjects");

    @BeforeAll
    static void beQuiet() {
        LOGGER.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        LOGGER.setLevel(null);
    }

    @Test
    void everySeedFitsTheModel() {
        Map<String, Integer> met = new ConcurrentSkipListMap<>();

        run(Fault.NONE, SEEDS, met);

        REPORT.log(
                Level.INFO,
                "{0} seeds from {1} on met {2}",
                new Object[] {"" + SEEDS, "" + FIRST, met});
        if (SEEDS >= 1_000) {
            assertThat(
                    met.keySet(),
                    hasItems(
                            "a close",
                            "a dead process",
                            "a loss of power",
                            "a failed sync",
                            "a freed file",
                            "a hung sync",
                            "a failed constructor",
                            "a failed restore",
                            "a fork",
                            "a frame",
                            "a message",
                            "a message that wakes",
                            "a restore",
                            "a restored cell",
                            "a run",
                            "a run that wakes",
                            "a schedule",
                            "an alarm",
                            "an alarm again",
                            "an answer",
                            "an exception",
                            "an interval",
                            "ABORTED",
                            "INACTIVE",
                            "OVERLOADED",
                            "RESET",
                            "TIMED_OUT",
                            "TOO_OLD"));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void findsTheFault(Fault fault) {
        AssertionError found =
                assertThrows(
                        AssertionError.class,
                        () -> run(fault, FAULT_SEEDS, new ConcurrentSkipListMap<>()));

        assertThat(found.getMessage(), fault.isFoundBy(found.getMessage()), is(true));
    }

    private static void run(Fault fault, int seeds, Map<String, Integer> met) {
        AtomicLong next = new AtomicLong(FIRST);
        int workers = Runtime.getRuntime().availableProcessors();
        try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                runs.add(pool.submit(() -> runAll(fault, next, FIRST + seeds, met)));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof AssertionError found ? found : new AssertionError(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void runAll(Fault fault, AtomicLong next, long end, Map<String, Integer> met) {
        try (ScratchDirectory scratch = ScratchDirectory.open(World::prepare)) {
            for (long seed = next.getAndIncrement(); seed < end; seed = next.getAndIncrement()) {
                World world = new World(seed, fault);
                try {
                    world.run(scratch.fresh());
                } catch (Throwable e) {
                    next.set(end);
                    throw new AssertionError("seed %d: %s".formatted(seed, e.getMessage()), e);
                }
                world.history()
                        .met()
                        .forEach((situation, times) -> met.merge(situation, times, Integer::sum));
            }
        }
    }
}
