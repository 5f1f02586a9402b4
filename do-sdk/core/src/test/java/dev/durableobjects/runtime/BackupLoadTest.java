package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.Bookmark;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.Limit;
import dev.durableobjects.operations.Backup;
import dev.durableobjects.operations.Backups;
import dev.durableobjects.operations.Finding;
import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.Verification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A backup that is made while objects are written, evicted, broken and restored, and the journal
/// is freed, has all that was acknowledged, of one moment.
@Timeout(240)
class BackupLoadTest {

    private static final int OBJECTS = 24;
    private static final int WRITERS = 6;
    private static final int RESTORERS = 4;
    private static final int BACKUPS = Integer.getInteger("backup.rounds", 3);
    private static final long SEED = Long.getLong("backup.seed", 20_261_124);

    @TempDir private Path parent;

    private final ConcurrentMap<String, Queue<Integer>> added = new ConcurrentHashMap<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private DurableObjects objects;
    private volatile boolean isDone;

    /// What an object with restores held, one state after the other, as they were acknowledged.
    private final Map<String, List<List<Integer>>> states = new TreeMap<>();

    private record Made(
            Backup backup, Map<String, List<Integer>> added, Map<String, Integer> states) {}

    @BeforeEach
    void begin() {
        objects = start(parent.resolve("data"));
    }

    @Test
    void everythingAcknowledgedIsThereAndNothingIsHalf() throws Exception {
        IntStream.range(0, RESTORERS)
                .forEach(i -> states.put("r" + i, new CopyOnWriteArrayList<>(List.of(List.of()))));
        List<Made> made = new ArrayList<>();
        try {
            List<Thread> threads = load();
            for (int i = 0; i < BACKUPS; i++) {
                awaitMore();
                Map<String, List<Integer>> before = new HashMap<>();
                added.forEach((name, numbers) -> before.put(name, List.copyOf(numbers)));
                Map<String, Integer> seen = new HashMap<>();
                states.forEach((name, all) -> seen.put(name, all.size() - 1));
                Backup backup =
                        objects.operations().backup(parent.resolve("backups"), Progress.none());
                made.add(new Made(backup, before, seen));
            }
            isDone = true;
            for (Thread thread : threads) {
                thread.join();
            }
        } finally {
            isDone = true;
            objects.close();
        }

        assertThat("seed " + SEED, failures, is(empty()));
        for (Made one : made) {
            Path restored = parent.resolve("restored-" + one.backup().position());
            verify(one.backup().directory());
            Backups.restore(one.backup().directory(), restored, Progress.none());
            verify(restored);
            check(one, restored);
            verify(restored);
        }
        Path first = parent.resolve("data/journal/0000000000000001.journal");
        assertThat("the journal was freed", Files.exists(first), is(false));
    }

    private static void verify(Path directory) {
        List<Finding> findings = Verification.run(directory, Progress.none()).findings();

        assertThat("seed " + SEED, findings, is(empty()));
    }

    private void awaitMore() {
        int before = count(added.values());
        while (failures.isEmpty() && count(added.values()) < before + 150) {
            Thread.onSpinWait();
        }
    }

    private static int count(Collection<Queue<Integer>> all) {
        return all.stream().mapToInt(Queue::size).sum();
    }

    private void check(Made made, Path directory) {
        try (DurableObjects again = start(directory)) {
            Map<String, List<Integer>> all = new HashMap<>();
            for (int i = 0; i < OBJECTS; i++) {
                all.put("o" + i, vault(again, "o" + i).numbers());
            }
            made.added()
                    .forEach((name, numbers) -> {
                        List<Integer> missing = new ArrayList<>(numbers);
                        missing.removeAll(all.get(name));
                        assertThat(name + " lacks", missing, is(empty()));
                    });
            checkMoment(all);
            made.states().forEach((name, before) -> checkStates(again, name, before));
        }
    }

    /// Each number was added to one object when it was acknowledged in the one before.
    private static void checkMoment(Map<String, List<Integer>> all) {
        for (int i = 0; i < OBJECTS; i++) {
            List<Integer> orphans = new ArrayList<>(all.get("o" + i));
            if (i % 2 == 1) {
                orphans.removeAll(all.get("o" + (i - 1)));
                assertThat("without the one before", orphans, is(empty()));
            }
        }
    }

    /// After each state was acknowledged, its number was added to a witness.
    private void checkStates(DurableObjects again, String name, int before) {
        List<Integer> seen = vault(again, "witness-" + name).numbers();
        int least = Math.max(before, seen.isEmpty() ? 0 : seen.getLast());
        List<List<Integer>> all = states.getOrDefault(name, List.of());
        int found = all.lastIndexOf(vault(again, name).numbers());
        assertThat(name + " is as it never was, or older", found, is(greaterThanOrEqualTo(least)));
        assertThat(all.size(), is(greaterThan(1)));
    }

    private List<Thread> load() {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            Random random = new Random(SEED + i);
            int writer = i;
            threads.add(Thread.ofVirtual().start(() -> write(writer, random)));
        }
        for (int i = 0; i < RESTORERS; i++) {
            String name = "r" + i;
            threads.add(Thread.ofVirtual().start(() -> restore(name)));
        }
        return threads;
    }

    private void write(int writer, Random random) {
        try {
            for (int number = writer; !isDone; number += WRITERS) {
                int pair = 2 * random.nextInt(OBJECTS / 2);
                if (random.nextInt(20) == 0) {
                    reset("o" + pair);
                }
                if (add("o" + pair, number, random)) {
                    add("o" + (pair + 1), number, random);
                }
            }
        } catch (Throwable e) {
            failures.add(e);
        }
    }

    private boolean add(String name, int number, Random random) {
        try {
            vault(objects, name).add(number);
            added.computeIfAbsent(name, key -> new ConcurrentLinkedQueue<>()).add(number);
            if (random.nextInt(4) == 0) {
                vault(objects, name).fill(random.nextInt(20_000));
            }
            return true;
        } catch (DurableObjectException e) {
            return false; // Somebody has reset it.
        }
    }

    private void reset(String name) {
        try {
            vault(objects, name).leave();
        } catch (DurableObjectException e) {
            assertThat(e.getMessage(), e.kind(), is(DurableObjectException.Kind.ABORTED));
        }
    }

    private void restore(String name) {
        try {
            List<Integer> now = new ArrayList<>();
            for (int number = 0; !isDone; number += 3) {
                now = added(name, now, number);
                Bookmark bookmark = vault(objects, name).bookmark();
                added(name, now, number + 1);
                vault(objects, name).restore(bookmark);
                note(name, now);
                reset(name);
                now = added(name, now, number + 2);
            }
        } catch (Throwable e) {
            failures.add(e);
        }
    }

    private List<Integer> added(String name, List<Integer> now, int number) {
        vault(objects, name).add(number);
        List<Integer> next = new ArrayList<>(now);
        next.add(number);
        note(name, next);
        return next;
    }

    private void note(String name, List<Integer> state) {
        List<List<Integer>> all = states.getOrDefault(name, List.of());
        all.add(List.copyOf(state));
        vault(objects, "witness-" + name).add(all.size() - 1);
    }

    private static Vault vault(DurableObjects objects, String name) {
        return objects.env().namespace(Vault.VAULT).getByName(name).rpc();
    }

    private static DurableObjects start(Path directory) {
        return TestRuntime.withJournalBytes(
                        DurableObjects.builder()
                                .directory(directory)
                                .limit(Limit.LIVE_OBJECTS, 12)
                                .namespace(Vault.VAULT, VaultObject::new),
                        256 << 10)
                .build();
    }
}
