package dev.durableobjects.benchmarks;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectNamespace;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.runtime.DurableObjects;
import io.helidon.logging.common.LogConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// What remains in memory of objects that were addressed once and left.
///
/// Addresses `ids=100000,1000000` objects in turn, of which `live=1000` are in memory at a time,
/// and prints the resident memory of the process at each of these numbers, after a full garbage
/// collection. With `read=1` each object queries its storage too, so that a database is opened for
/// each. Goal: the last number differs from the first by less than 5 %.
///
/// Reads `/proc/self/status`, so it needs Linux.
final class AddressedObjectsMemory {

    private static final Binding<AddressedApi> ADDRESSED =
            Binding.of("ADDRESSED", AddressedApi.class);

    private AddressedObjectsMemory() {}

    /// Runs the program.
    public static void main(String[] arguments) {
        LogConfig.configureRuntime();
        Args args =
                Args.of(
                        arguments,
                        Map.of(
                                "ids", List.of(100_000, 1_000_000),
                                "live", List.of(1_000),
                                "read", List.of(0)));
        boolean reads = args.number("read") != 0;
        Report.machine();
        try (Scratch scratch = new Scratch();
                DurableObjects objects =
                        DurableObjects.builder()
                                .directory(scratch.path())
                                .limit(Limit.LIVE_OBJECTS, args.number("live"))
                                .namespace(ADDRESSED, (ctx, env) -> new Addressed(ctx, env, reads))
                                .build()) {
            measure(objects, args.list("ids"));
        }
    }

    private static void measure(DurableObjects objects, List<Integer> steps) {
        DurableObjectNamespace<AddressedApi> namespace = objects.env().namespace(ADDRESSED);
        double first = 0;
        int next = 0;
        long begin = System.nanoTime();
        for (int step : steps) {
            for (; next < step; next++) {
                namespace.getByName("object " + next).rpc().ping();
            }
            double seconds = (double) (System.nanoTime() - begin) / TimeUnit.SECONDS.toNanos(1);
            double resident = ResidentMemory.mib();
            first = first == 0 ? resident : first;
            Report.line(
                    "%,9d addressed, %,d live: resident %.1f MiB (%+.1f %%), heap %.1f MiB, %.0f s"
                            .formatted(
                                    next,
                                    objects.liveObjects(),
                                    resident,
                                    100.0 * (resident - first) / first,
                                    ResidentMemory.heapMib(),
                                    seconds));
        }
    }

    /// One of the objects.
    private static final class Addressed extends DurableObject implements AddressedApi {

        private final boolean reads;
        private int pings;

        Addressed(DurableObjectState ctx, Env env, boolean reads) {
            super(ctx, env);
            this.reads = reads;
        }

        @Override
        public int ping() {
            if (reads) {
                ctx.storage().sql().exec("SELECT count(*) FROM sqlite_schema").one();
            }
            return ++pings;
        }
    }
}
