package dev.durableobjects.benchmarks.seats;

import dev.durableobjects.DurableObjectNamespace;
import dev.durableobjects.Limit;
import dev.durableobjects.benchmarks.Args;
import dev.durableobjects.benchmarks.Report;
import dev.durableobjects.benchmarks.ResidentMemory;
import dev.durableobjects.runtime.DurableObjects;
import io.helidon.logging.common.LogConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/// What objects cost that have stored something: waking one up, and keeping it.
///
/// `LiveObjects DIRECTORY` makes `objects=5000` flights there, with `threads=64`, if it does not
/// exist. Otherwise it wakes `live=1000` of them: how long the first call of each takes, and what
/// memory each keeps while nobody calls it. The call reads; with `write=1` each object writes
/// afterwards, too. Goals: 1 ms at the median, and 220 KB. These are two processes, so that the
/// memory of the making does not hide that of the waking. Calls are made in the process: time on
/// the network does not count.
///
/// Reads `/proc/self/status`, so it needs Linux.
final class LiveObjects {

    private static final int NEVER_SECONDS = 1_000_000;

    private LiveObjects() {}

    /// Runs the program.
    public static void main(String[] arguments) {
        LogConfig.configureRuntime();
        Path directory = Path.of(arguments[0]);
        Args args =
                Args.of(
                        Arrays.copyOfRange(arguments, 1, arguments.length),
                        Map.of(
                                "objects", List.of(5_000),
                                "live", List.of(1_000),
                                "write", List.of(0),
                                "threads", List.of(64)));
        boolean isMade = Files.exists(directory);
        Report.machine();
        try (DurableObjects objects = runtime(directory, args.number("live"))) {
            if (isMade) {
                wake(
                        objects,
                        args.number("objects"),
                        args.number("live"),
                        args.number("write") != 0);
            } else {
                make(objects, args.number("objects"), args.number("threads"));
            }
        }
    }

    /// Makes the objects, with a write each.
    private static void make(DurableObjects objects, int count, int threads) {
        Load.make(objects, count, threads);
        Report.line(
                "%,d live: resident %.1f MiB"
                        .formatted(objects.liveObjects(), ResidentMemory.mib()));
    }

    private static void wake(DurableObjects objects, int count, int live, boolean writes) {
        DurableObjectNamespace<FlightApi> flights = objects.env().namespace(SeatServer.FLIGHT);
        FlightApi last = flights.getByName("flight " + (count - 1)).rpc();
        last.getSeats(); // Loads the classes.
        last.bump();
        double none = ResidentMemory.mib();
        double noneOfHeap = ResidentMemory.heapMib();
        List<FlightApi> woken =
                LongStream.range(0, live)
                        .mapToObj(i -> flights.getByName("flight " + i * count / live).rpc())
                        .toList();
        time("first call of an object that has a file", woken, FlightApi::getSeats);
        if (writes) {
            time("its first write", woken, FlightApi::bump);
            time("its second write", woken, FlightApi::bump);
        }
        double all = ResidentMemory.mib();
        double allOfHeap = ResidentMemory.heapMib();
        Report.line(
                "%,d live of %,d: resident %.1f MiB, %.1f MiB with none, %.0f KB each, %.0f heap"
                        .formatted(
                                objects.liveObjects(),
                                count,
                                all,
                                none,
                                kilobytes(all - none, live),
                                kilobytes(allOfHeap - noneOfHeap, live)));
    }

    private static void time(String what, List<FlightApi> objects, Consumer<FlightApi> call) {
        long[] nanos = new long[objects.size()];
        for (int i = 0; i < nanos.length; i++) {
            FlightApi object = objects.get(i);
            long begin = System.nanoTime();
            call.accept(object);
            nanos[i] = System.nanoTime() - begin;
        }
        Report.durations(what, nanos);
    }

    private static double kilobytes(double mib, int objects) {
        return mib * 1.048576 * 1000 / objects;
    }

    private static DurableObjects runtime(Path directory, int live) {
        return DurableObjects.builder()
                .directory(directory)
                .limit(Limit.LIVE_OBJECTS, live)
                .limit(Limit.IDLE_SECONDS, NEVER_SECONDS)
                .namespace(SeatServer.FLIGHT, Flight::new)
                .build();
    }
}
