package dev.durableobjects.benchmarks.seats;

import dev.durableobjects.DurableObjectNamespace;
import dev.durableobjects.benchmarks.Scratch;
import dev.durableobjects.runtime.DurableObjects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/// Durable commits per second: each call writes one row and returns when that is on disk.
///
/// `alone` waits for one sync after the other, so it is the rate of the disk. The others show how
/// many commits share a sync.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class CommitBenchmark {

    static final int OBJECTS = 1_000;

    private static final int CALLERS = 32;

    private final Scratch scratch = new Scratch();
    private final DurableObjects objects =
            DurableObjects.builder()
                    .directory(scratch.path())
                    .namespace(SeatServer.FLIGHT, Flight::new)
                    .build();
    private final DurableObjectNamespace<FlightApi> flights =
            objects.env().namespace(SeatServer.FLIGHT);
    private final FlightApi hot = flights.getByName("hot").rpc();
    private final AtomicInteger next = new AtomicInteger();

    /// Starts a runtime.
    public CommitBenchmark() {}

    /// One caller, one object.
    @Benchmark
    public long alone() {
        return hot.bump();
    }

    /// 32 callers, one object.
    @Benchmark
    @Threads(CALLERS)
    public long hot() {
        return hot.bump();
    }

    /// 32 callers, 1000 objects in turn.
    @Benchmark
    @Threads(CALLERS)
    public long many() {
        int number = Math.floorMod(next.getAndIncrement(), OBJECTS);
        return flights.getByName("flight " + number).rpc().bump();
    }

    /// Stops the runtime and deletes the files.
    @TearDown
    public void close() {
        objects.close();
        scratch.close();
    }
}
