package dev.durableobjects.benchmarks;

import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.journal.JournalIndex.Fact;
import dev.durableobjects.internal.storage.DataDirectory;
import dev.durableobjects.internal.storage.NodeIndex;
import dev.durableobjects.internal.storage.ObjectIndex;
import dev.durableobjects.spi.Wake;
import io.helidon.logging.common.LogConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// What pending alarms cost: memory, finding who is due, and setting one more.
///
/// The index of objects is told of `objects=1000,1000000`, as the journal tells it, one number
/// after the other in a directory of its own. Goals: the heap does not grow with the number, and
/// what is asked a thousand times takes at most three times as long among a million as among a
/// thousand: it grows with the depth of a tree. The objects themselves do not exist.
final class PendingAlarms {

    private static final String NAMESPACE = "room";
    private static final int ROUNDS = 5_000;
    private static final int TOLD_AT_ONCE = 10_000;
    private static final int DUE_MAX = 100;
    private static final double BYTES_PER_MB = 1_000_000;
    private static final double NANOS_PER_MICRO = TimeUnit.MICROSECONDS.toNanos(1);

    private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    private final ObjectIndex index;
    private final int objects;

    private PendingAlarms(ObjectIndex index, int objects) {
        this.index = index;
        this.objects = objects;
    }

    /// Runs the program.
    public static void main(String[] arguments) {
        LogConfig.configureRuntime();
        Args args = Args.of(arguments, Map.of("objects", List.of(1_000, 1_000_000)));
        Report.machine();
        measure(args.list("objects").getFirst()); // Loads and compiles the code.
        args.list("objects").forEach(PendingAlarms::measure);
    }

    private static void measure(int objects) {
        try (Scratch scratch = new Scratch();
                DataDirectory directory = DataDirectory.open(scratch.path());
                NodeIndex node = NodeIndex.open(directory, Disk.system())) {
            new PendingAlarms(node.objects(), objects).run();
            node.objects().close();
        }
    }

    private void run() {
        long begin = System.nanoTime();
        for (int i = 0; i < objects; i += TOLD_AT_ONCE) {
            for (int k = i; k < Math.min(objects, i + TOLD_AT_ONCE); k++) {
                index.add(List.of(fact(k)));
            }
            index.apply();
        }
        double seconds = (System.nanoTime() - begin) / (double) TimeUnit.SECONDS.toNanos(1);
        Report.line(
                "%,9d pending: told in %.1f s, heap %.1f MB"
                        .formatted(objects, seconds, ResidentMemory.heapBytes() / BYTES_PER_MB));
        Report.line(
                "          medians: next %.1f us, due (%d of them) %.1f us, set %.1f us"
                        .formatted(
                                micros(this::next), DUE_MAX, micros(this::due), micros(this::set)));
    }

    private void next() {
        index.next(NAMESPACE, random.nextInt(1, objects));
    }

    private void due() {
        index.due(NAMESPACE, objects, DUE_MAX);
    }

    private void set() {
        index.add(List.of(fact(random.nextInt(objects))));
        index.apply();
    }

    /// Objects and times in an order that has nothing to do with each other.
    private Fact fact(int object) {
        String id = "%08x".formatted(Integer.reverse(object)) + "0".repeat(56);
        return new Fact(
                "objects/%s/%s/%s.sqlite".formatted(NAMESPACE, id.substring(0, 2), id),
                Optional.of("room " + object),
                new Wake(random.nextLong(1, objects)));
    }

    private static double micros(Runnable action) {
        long[] nanos = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long begin = System.nanoTime();
            action.run();
            nanos[i] = System.nanoTime() - begin;
        }
        Arrays.sort(nanos);
        return nanos[ROUNDS / 2] / NANOS_PER_MICRO;
    }
}
