package dev.durableobjects.benchmarks;

import io.helidon.logging.common.LogConfig;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/// How much more than sqlite-jdbc alone a query costs, on a machine that has other things to do.
///
/// Runs the measurements of [SqlBenchmark] in turn, `rounds=60` times, and compares the best of
/// each: in processor time of the thread, which other programs disturb less than they disturb the
/// clock. Waiting for the disk is not in it. For keys and values, what stands as `exec` is `kv()`.
final class SqlRatios {

    private static final int WARM_UP_ROUNDS = 20;

    private static final List<Kind> KINDS =
            List.of(
                    new Kind(
                            "point query",
                            SqlBenchmark.POINTS,
                            SqlBenchmark::pointJdbc,
                            SqlBenchmark::pointExec,
                            SqlBenchmark::pointClient),
                    new Kind(
                            "scan of 1000 rows",
                            SqlBenchmark.SCANS,
                            SqlBenchmark::scanJdbc,
                            SqlBenchmark::scanExec,
                            SqlBenchmark::scanClient),
                    new Kind(
                            "upsert",
                            SqlBenchmark.UPSERTS,
                            SqlBenchmark::upsertJdbc,
                            SqlBenchmark::upsertExec,
                            SqlBenchmark::upsertClient),
                    new Kind(
                            "kv().get",
                            SqlBenchmark.POINTS,
                            SqlBenchmark::getJdbc,
                            SqlBenchmark::getKv,
                            SqlBenchmark::getClient),
                    new Kind(
                            "kv().put",
                            SqlBenchmark.UPSERTS,
                            SqlBenchmark::putJdbc,
                            SqlBenchmark::putKv,
                            SqlBenchmark::putClient));

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private SqlRatios() {}

    /// Runs the program.
    public static void main(String[] arguments) {
        LogConfig.configureRuntime();
        int rounds = Args.of(arguments, Map.of("rounds", List.of(60))).number("rounds");
        Report.machine();
        SqlBenchmark benchmark = new SqlBenchmark();
        for (Kind kind : KINDS) {
            kind.best(benchmark, WARM_UP_ROUNDS);
            long[] best = kind.best(benchmark, rounds);
            Report.line(
                    "%-18s jdbc %,9d ns   exec %,9d ns = %.2f   dbClient %,9d ns = %.2f"
                            .formatted(
                                    kind.what,
                                    best[0] / kind.count,
                                    best[1] / kind.count,
                                    (double) best[1] / best[0],
                                    best[2] / kind.count,
                                    (double) best[2] / best[0]));
        }
        benchmark.close();
    }

    /// One thing to do, in three ways.
    ///
    /// @param count how often one measured call does it
    private record Kind(
            String what,
            int count,
            ToLongFunction<SqlBenchmark> jdbc,
            ToLongFunction<SqlBenchmark> exec,
            ToLongFunction<SqlBenchmark> client) {

        long[] best(SqlBenchmark benchmark, int rounds) {
            long[] best = {Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE};
            List<ToLongFunction<SqlBenchmark>> ways = List.of(jdbc, exec, client);
            for (int round = 0; round < rounds; round++) {
                long[] results = new long[best.length];
                for (int i = 0; i < best.length; i++) {
                    long begin = THREADS.getCurrentThreadCpuTime();
                    results[i] = ways.get(i).applyAsLong(benchmark);
                    best[i] = Math.min(best[i], THREADS.getCurrentThreadCpuTime() - begin);
                }
                if (LongStream.of(results).distinct().count() > 1) {
                    throw new IllegalStateException(
                            "%s: %s".formatted(what, Arrays.toString(results)));
                }
            }
            return best;
        }
    }
}
