package dev.durableobjects.simulation;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItems;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The whole engine under a seeded scheduler, clock and disk: whatever the interleaving and
/// wherever it crashes, one event runs at a time, nobody sees half of a turn, calls begin in their
/// order, and what anybody outside has learned stays true.
///
/// `-Dsimulation.seeds=100000` runs more, `-Dsimulation.first=SEED -Dsimulation.seeds=1` one again.
class EngineSimulationTest {

    private static final long FIRST = Long.getLong("simulation.first", 0);
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 3_000);
    private static final int FAULT_SEEDS = 500;

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
        Set<String> met = new TreeSet<>();

        run(Fault.NONE, SEEDS, met);

        if (SEEDS >= 1_000) {
            assertThat(
                    met,
                    hasItems(
                            "a crash",
                            "a failed sync",
                            "a hung sync",
                            "a failed constructor",
                            "a frame",
                            "an answer",
                            "an exception",
                            "ABORTED",
                            "OVERLOADED",
                            "RESET",
                            "TIMED_OUT"));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void findsTheFault(Fault fault) {
        AssertionError found =
                assertThrows(AssertionError.class, () -> run(fault, FAULT_SEEDS, new TreeSet<>()));

        assertThat(found.getMessage(), containsString("seed "));
    }

    private static void run(Fault fault, int seeds, Set<String> met) {
        try (ScratchDirectory scratch = ScratchDirectory.open()) {
            for (long seed = FIRST; seed < FIRST + seeds; seed++) {
                World world = new World(seed, fault);
                Path directory = scratch.fresh();
                try {
                    world.run(directory);
                } catch (Throwable e) {
                    throw new AssertionError("seed %d: %s".formatted(seed, e.getMessage()), e);
                }
                met.addAll(world.history().met());
            }
        }
    }
}
