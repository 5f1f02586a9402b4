package dev.durableobjects.simulation;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.internal.gate.InputGate;
import dev.durableobjects.internal.gate.OutputGate;
import dev.durableobjects.internal.storage.FileSync;
import dev.durableobjects.internal.storage.WalSyncLog;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.CommitFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Objects, callers and the commit log under a seeded scheduler: whatever the interleaving, turns
/// do not overlap, nothing is acknowledged or sent before it is durable, and effects keep their
/// order.
class GateAndCommitSimulationTest {

    private static final int SEEDS = Integer.getInteger("simulation.seeds", 200);
    private static final int OBJECTS = 3;
    private static final int CALLERS = 6;
    private static final int CALLS = 5;

    @Test
    void nothingLeavesBeforeItIsDurable() {
        for (long seed = 0; seed < SEEDS; seed++) {
            new World(seed, false, false).run();
        }
    }

    @Test
    void afterAFailedSyncNothingIsAcknowledged() {
        for (long seed = 0; seed < SEEDS; seed++) {
            new World(seed, true, false).run();
        }
    }

    /// The check can fail: an engine that opens the output gate too early is caught.
    @Test
    void catchesAnEngineThatDoesNotWaitForTheCommit() {
        assertThrows(
                AssertionError.class,
                () -> {
                    for (long seed = 0; seed < SEEDS; seed++) {
                        new World(seed, false, true).run();
                    }
                });
    }

    /// One run.
    private static final class World {

        private final long seed;
        private final boolean impatient;
        private final SimulatedWaiting waiting;
        private final WalSyncLog log;
        private final List<SimulatedObject> objects = new ArrayList<>();
        private final int syncsUntilFailure;
        private int syncs;

        /// What each object has committed, and what of it a sync has covered.
        private final Map<Path, Integer> committed = new HashMap<>();

        private final Map<Path, Integer> durable = new HashMap<>();

        World(long seed, boolean fails, boolean impatient) {
            this.seed = seed;
            this.impatient = impatient;
            this.waiting = new SimulatedWaiting(seed);
            this.syncsUntilFailure = fails ? waiting.random().nextInt(20) : Integer.MAX_VALUE;
            this.log = new WalSyncLog(waiting, (FileSync) this::force, 30);
        }

        void run() {
            for (int i = 0; i < OBJECTS; i++) {
                objects.add(new SimulatedObject(Path.of("object-" + i)));
            }
            for (int i = 0; i < CALLERS; i++) {
                waiting.actor("caller-" + i, this::call);
            }
            try {
                waiting.run();
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }

        private void call() {
            for (int i = 0; i < CALLS; i++) {
                SimulatedObject object = objects.get(waiting.random().nextInt(objects.size()));
                try {
                    object.turn();
                } catch (CommitFailedException e) {
                    return;
                }
            }
        }

        /// A sync that takes time, covers what was committed when it began, and may fail.
        private void force(Commit commit) throws IOException {
            int covered = committed.getOrDefault(commit.wal(), 0);
            waiting.maybeYield();
            waiting.maybeYield();
            if (++syncs > syncsUntilFailure) {
                throw new IOException("disk on fire");
            }
            durable.merge(commit.wal(), covered, Math::max);
        }

        /// A counter that is written by each turn, and sent to whoever watches.
        private final class SimulatedObject {

            private final Path wal;
            private final InputGate gate = new InputGate(waiting, 100);
            private final OutputGate output = new OutputGate();
            private final List<Integer> sent = new ArrayList<>();
            private boolean busy;

            SimulatedObject(Path wal) {
                this.wal = wal;
            }

            void turn() {
                assertThat(gate.request(null).await(), is(true));
                assertThat("turns overlap", busy, is(false));
                busy = true;
                waiting.maybeYield();
                int value = committed.merge(wal, 1, Integer::sum);
                waiting.maybeYield();
                busy = false;
                long position;
                try {
                    position =
                            log.append(
                                    new Commit(DurableObjectId.of(new byte[32]), wal, value == 1));
                    output.hold(position, List.of(() -> send(value)));
                } finally {
                    gate.leave();
                }
                if (!impatient) {
                    log.awaitDurable(position);
                }
                output.open(position);
                checkDurable(value);
            }

            private void send(int value) {
                checkDurable(value);
                assertThat("effects out of order", sent.size() + 1, is(value));
                sent.add(value);
            }

            private void checkDurable(int value) {
                assertThat(
                        "seen before it was durable",
                        value,
                        is(lessThanOrEqualTo(durable.getOrDefault(wal, 0))));
            }
        }
    }
}
