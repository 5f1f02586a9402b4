package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.operations.Backups;
import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.Verification;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Kills a process under load again and again. `-Ddurable.crash.rounds=500` does it for long,
/// `-Ddurable.crash.seed=SEED` kills after as many writes again.
@Timeout(value = 1, unit = TimeUnit.DAYS) // It runs for as long as its properties say.
class CrashTest {

    private static final System.Logger LOGGER = System.getLogger(CrashTest.class.getName());

    private static final int ROUNDS = Integer.getInteger("durable.crash.rounds", 3);
    private static final long SEED = Long.getLong("durable.crash.seed", System.nanoTime());

    /// After so many rounds it begins with an empty directory again.
    private static final int LIFE_ROUNDS = 40;

    private static final int SILENT_MILLIS_MAX = 900;
    private static final int NUMBERS = 100_000;
    private static final int PATIENCE_SECONDS = 60;

    /// How many earlier moments are looked at after a kill.
    private static final int MOMENTS = 10;

    @TempDir private Path parent;

    private final Random random = new Random(SEED);
    private final Map<String, Long> counts = new TreeMap<>();
    private Acknowledged acknowledged = new Acknowledged(counts);
    private Optional<Made> made = Optional.empty();

    /// A backup, and what was acknowledged before it began.
    private record Made(Path backup, Acknowledged before) {}

    @Test
    void everyAcknowledgedWriteIsThereAfterEachKill() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Path life = Files.createDirectories(parent.resolve("life" + round / LIFE_ROUNDS));
            Path errors = life.resolve("errors");
            try {
                killAndCheck(life, round, errors);
            } catch (Exception | AssertionError e) {
                throw new AssertionError(
                        "round %d of seed %d: %s\nthe process said:\n%s"
                                .formatted(round, SEED, e.getMessage(), Files.readString(errors)),
                        e);
            }
        }
        LOGGER.log(
                System.Logger.Level.INFO,
                "{0} kills, all is there that was told: {1}; seed {2}",
                String.valueOf(ROUNDS),
                counts,
                String.valueOf(SEED));
    }

    private void killAndCheck(Path life, int round, Path errors) throws Exception {
        boolean isLast = round == ROUNDS - 1 || round % LIFE_ROUNDS == LIFE_ROUNDS - 1;
        Path directory = life.resolve("data");
        if (round % LIFE_ROUNDS == 0) {
            acknowledged = new Acknowledged(counts);
        }
        kill(life, round, errors);

        if (Files.exists(directory.resolve("format"))) { // It may not have come that far.
            check(directory, acknowledged, isLast || random.nextInt(8) == 0);
        }
        if (made.isPresent()) {
            Path restored = life.resolve("restored");
            Backups.restore(made.get().backup(), restored, Progress.none());
            check(restored, made.get().before(), false);
            BackupWorld.delete(restored);
        }
        if (isLast) {
            BackupWorld.delete(life.resolve("data"));
        }
    }

    /// Kills a process after some writes, or after some time, when it may still be starting.
    private void kill(Path life, int round, Path errors) throws Exception {
        Path backups = life.resolve("backups");
        String data = life.resolve("data").toString();
        String first = String.valueOf(round * NUMBERS);
        boolean isSilent = round % 4 == 2;
        made = Optional.empty();
        Process child =
                round % 3 == 0
                        ? ChildJvm.start(errors, CrashChild.class, data, first, backups.toString())
                        : ChildJvm.start(errors, CrashChild.class, data, first);
        try (BufferedReader lines = child.inputReader(ChildJvm.CHARSET)) {
            if (isSilent) {
                child.waitFor(random.nextInt(SILENT_MILLIS_MAX), TimeUnit.MILLISECONDS);
                child.toHandle().destroyForcibly(); // Its pipe stays to be read.
                read(lines, backups, Integer.MAX_VALUE, child);
            } else {
                int writes = 1 + random.nextInt(1_000);
                int seen = read(lines, backups, writes, child);
                assertThat("writes before it ended", seen, is(greaterThan(writes - 1)));
            }
        } finally {
            child.toHandle().destroyForcibly();
            child.waitFor();
        }
    }

    /// Reads what a process tells, and kills it after so many writes.
    ///
    /// @return how many writes it has told
    private int read(BufferedReader lines, Path backups, int writes, Process child)
            throws IOException {
        Acknowledged before = acknowledged;
        int seen = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals("backing")) {
                before = acknowledged.copy();
            } else if (line.startsWith("backed ")) {
                made = Optional.of(new Made(backups.resolve(line.substring(7)), before));
                counts.merge("backed", 1L, Long::sum);
            } else if (acknowledged.add(line) && ++seen == writes) {
                child.toHandle().destroyForcibly();
            }
        }
        return seen;
    }

    private void check(Path directory, Acknowledged told, boolean waits) throws Exception {
        verify(directory);
        try (DurableObjects objects = Ledger.start(directory)) {
            told.check(objects);
            told.checkMoments(objects, MOMENTS, random);
            if (waits) {
                awaitRuns(objects);
                told.check(objects);
            }
        }
        NotesDirectory.checkIntegrity(directory);
        verify(directory);
    }

    private static void verify(Path directory) {
        assertThat(Verification.run(directory, Progress.none()).findings(), is(List.of()));
    }

    /// Every alarm and schedule that is set runs, and what is due again and again goes on.
    private static void awaitRuns(DurableObjects objects) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        for (int i = 0; i < Ledger.OBJECTS; i++) {
            Ledger ledger = Ledger.of(objects, Ledger.name(i));
            long before = ledger.lastTick();
            while (ledger.waiting() > 0 || (before >= 0 && ledger.lastTick() == before)) {
                assertThat(ledger + ": nothing runs", System.nanoTime() < end, is(true));
                Thread.onSpinWait();
            }
            assertThat(ledger.wrong(), empty());
        }
    }
}
