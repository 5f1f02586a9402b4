package dev.durableobjects.benchmarks;

import dev.durableobjects.Binding;
import dev.durableobjects.runtime.DurableObjects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Queries inside of one event, beside the same statements through sqlite-jdbc alone.
///
/// One measured invocation is one event that repeats the statement and commits once, durably; the
/// part of the call and of the commit in one operation is a few nanoseconds. Goals, as multiples of
/// sqlite-jdbc: `exec` 1.3 for point queries, 1.5 for scans, 1.3 for upserts; DbClient 3 for point
/// queries, 2 for scans.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class SqlBenchmark {

    static final int POINTS = 10_000;
    static final int SCANS = 20;
    static final int UPSERTS = 10_000;

    private static final Binding<LedgerApi> EXEC = Binding.of("EXEC", LedgerApi.class);
    private static final Binding<LedgerApi> CLIENT = Binding.of("CLIENT", LedgerApi.class);

    private final Scratch scratch = new Scratch();
    private final DurableObjects objects =
            DurableObjects.builder()
                    .directory(scratch.path().resolve("objects"))
                    .namespace(EXEC, Ledger::new)
                    .namespace(CLIENT, ClientLedger::new)
                    .build();
    private final LedgerApi exec = objects.env().namespace(EXEC).getByName("ledger").rpc();
    private final LedgerApi client = objects.env().namespace(CLIENT).getByName("ledger").rpc();
    private final JdbcLedger jdbc = new JdbcLedger(scratch.path().resolve("jdbc.sqlite"));

    /// Makes three equal files.
    public SqlBenchmark() {
        exec.fill(LedgerSql.ROWS);
        client.fill(LedgerSql.ROWS);
        jdbc.fill(LedgerSql.ROWS);
    }

    /// One row by its key through `sql.exec`.
    @Benchmark
    @OperationsPerInvocation(POINTS)
    public long pointExec() {
        return exec.points(POINTS);
    }

    /// One row by its key through `dbClient()`.
    @Benchmark
    @OperationsPerInvocation(POINTS)
    public long pointClient() {
        return client.points(POINTS);
    }

    /// One row by its key through sqlite-jdbc alone.
    @Benchmark
    @OperationsPerInvocation(POINTS)
    public long pointJdbc() {
        return jdbc.points(POINTS);
    }

    /// A thousand rows through `sql.exec`.
    @Benchmark
    @OperationsPerInvocation(SCANS)
    public long scanExec() {
        return exec.scans(SCANS);
    }

    /// A thousand rows through `dbClient()`.
    @Benchmark
    @OperationsPerInvocation(SCANS)
    public long scanClient() {
        return client.scans(SCANS);
    }

    /// A thousand rows through sqlite-jdbc alone.
    @Benchmark
    @OperationsPerInvocation(SCANS)
    public long scanJdbc() {
        return jdbc.scans(SCANS);
    }

    /// One row inserted or updated through `sql.exec`.
    @Benchmark
    @OperationsPerInvocation(UPSERTS)
    public long upsertExec() {
        return exec.upserts(UPSERTS);
    }

    /// One row inserted or updated through `dbClient()`.
    @Benchmark
    @OperationsPerInvocation(UPSERTS)
    public long upsertClient() {
        return client.upserts(UPSERTS);
    }

    /// One row inserted or updated through sqlite-jdbc alone.
    @Benchmark
    @OperationsPerInvocation(UPSERTS)
    public long upsertJdbc() {
        return jdbc.upserts(UPSERTS);
    }

    /// One value by its key through `kv()`.
    @Benchmark
    @OperationsPerInvocation(POINTS)
    public long getKv() {
        return exec.gets(POINTS);
    }

    /// One value by its key through `dbClient()`, in a table.
    @Benchmark
    @OperationsPerInvocation(POINTS)
    public long getClient() {
        return client.gets(POINTS);
    }

    /// One value by its key through sqlite-jdbc alone, in a table.
    @Benchmark
    @OperationsPerInvocation(POINTS)
    public long getJdbc() {
        return jdbc.gets(POINTS);
    }

    /// One value put through `kv()`.
    @Benchmark
    @OperationsPerInvocation(UPSERTS)
    public long putKv() {
        return exec.puts(UPSERTS);
    }

    /// One value put through `dbClient()`, in a table.
    @Benchmark
    @OperationsPerInvocation(UPSERTS)
    public long putClient() {
        return client.puts(UPSERTS);
    }

    /// One value put through sqlite-jdbc alone, in a table.
    @Benchmark
    @OperationsPerInvocation(UPSERTS)
    public long putJdbc() {
        return jdbc.puts(UPSERTS);
    }

    /// Stops the runtime and deletes the files.
    @TearDown
    public void close() {
        objects.close();
        jdbc.close();
        scratch.close();
    }
}
