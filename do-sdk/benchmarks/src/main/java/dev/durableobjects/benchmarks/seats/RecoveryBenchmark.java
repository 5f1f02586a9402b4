package dev.durableobjects.benchmarks.seats;

import dev.durableobjects.benchmarks.Scratch;
import dev.durableobjects.runtime.DurableObjects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The start of a runtime, and the first call of an object, with so much journal to read. A start
/// reads all of it, whether the process before was killed or not. `run restart` measures the same
/// with processes that are killed, starting Java included.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 10)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class RecoveryBenchmark {

    private static final int OBJECTS = 1_000;
    private static final int THREADS = 64;

    /// Mebibytes of journal; 256 is the bound of a runtime.
    @Param({"1", "64", "240"})
    int mib = 1;

    private final Scratch scratch = new Scratch();
    private @Nullable DurableObjects objects;

    /// Makes an empty directory.
    public RecoveryBenchmark() {}

    /// Fills the journal.
    @Setup
    public void fill() {
        try (DurableObjects filled = start()) {
            Load.fill(filled, OBJECTS, THREADS, (long) mib << 20);
        }
    }

    private DurableObjects start() {
        return DurableObjects.builder()
                .directory(scratch.path())
                .namespace(SeatServer.FLIGHT, Flight::new)
                .build();
    }

    /// Starts the runtime, and calls an object.
    @Benchmark
    public int startAndCall() {
        DurableObjects started = start();
        objects = started;
        return started.env()
                .namespace(SeatServer.FLIGHT)
                .getByName("flight 0")
                .rpc()
                .getSeats()
                .size();
    }

    /// Stops the runtime.
    @TearDown(Level.Invocation)
    public void stop() {
        if (objects != null) {
            objects.close();
        }
    }

    /// Deletes the files.
    @TearDown
    public void close() {
        scratch.close();
    }
}
