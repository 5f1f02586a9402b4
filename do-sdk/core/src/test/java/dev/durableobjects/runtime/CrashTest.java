package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.Verification;
import dev.durableobjects.operations.VerifyReport;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a process under load again and again. `-Ddurable.crash.rounds=500` does it for long,
/// `-Ddurable.crash.seed=SEED` kills after as many writes again.
class CrashTest {

    private static final System.Logger LOGGER = System.getLogger(CrashTest.class.getName());

    private static final int ROUNDS = Integer.getInteger("durable.crash.rounds", 5);
    private static final long SEED = Long.getLong("durable.crash.seed", System.nanoTime());
    private static final int OBJECTS = 12;
    private static final int PLANS = 5;
    private static final int PATIENCE_SECONDS = 60;

    @TempDir private Path directory;

    private final Set<Integer> acknowledged = new TreeSet<>();

    /// Returns the name of the object that keeps a note.
    static String name(int number) {
        return "n" + number % OBJECTS;
    }

    /// Returns the name of a schedule, empty for the alarm.
    static String plan(int number) {
        int plan = number / OBJECTS % PLANS;
        return plan == 0 ? "" : "p" + plan;
    }

    @Test
    void everyAcknowledgedWriteIsThereAfterEachKill() throws Exception {
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            int size = acknowledged.size();
            killAfter(1 + random.nextInt(600), round * 1_000_000);

            String which = "round %d of seed %d".formatted(round, SEED);
            assertThat(which, acknowledged.size() > size, is(true));
            verify(which);
            checkAll(which);
            verify(which);
        }
        LOGGER.log(
                System.Logger.Level.INFO,
                "{0} kills, {1} acknowledged writes, all there; seed {2}",
                ROUNDS,
                acknowledged.size(),
                String.valueOf(SEED));
    }

    private void killAfter(int writes, int first) throws Exception {
        Process child =
                ChildJvm.start(CrashChild.class, directory.toString(), String.valueOf(first));
        try (BufferedReader lines = child.inputReader(ChildJvm.CHARSET)) {
            int seen = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                acknowledged.add(Integer.valueOf(line));
                seen++;
                if (seen == writes) {
                    child.toHandle().destroyForcibly(); // Its pipe stays to be read.
                }
            }
        } finally {
            child.toHandle().destroyForcibly();
            child.waitFor();
        }
    }

    private void verify(String which) {
        VerifyReport report = Verification.run(directory, Progress.none());

        assertThat(which, report.findings(), is(List.of()));
    }

    private void checkAll(String which) throws Exception {
        Set<Integer> found = new TreeSet<>();
        try (DurableObjects objects = NotesDirectory.start(directory)) {
            for (int i = 0; i < OBJECTS; i++) {
                Notes notes = NotesDirectory.notes(objects, name(i));
                assertThat(which, notes.halves(), is(0));
                assertThat(which, notes.keys(), is(notes.read()));
                found.addAll(notes.read());
            }
            checkPlans(objects, which);
        }
        assertThat(which, found.containsAll(acknowledged), is(true));
        NotesDirectory.checkIntegrity(directory);
    }

    /// Every alarm and schedule that is set runs once, and not before its time.
    private static void checkPlans(DurableObjects objects, String which) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        for (int i = 0; i < OBJECTS; i++) {
            Notes notes = NotesDirectory.notes(objects, name(i));
            while (notes.waiting() > 0) {
                assertThat(which + ": nothing runs", System.nanoTime() < end, is(true));
                Thread.onSpinWait();
            }
            assertThat(which, notes.wrong(), is(List.of()));
        }
    }
}
