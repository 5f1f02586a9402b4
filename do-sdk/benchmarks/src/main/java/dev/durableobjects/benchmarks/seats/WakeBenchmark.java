package dev.durableobjects.benchmarks.seats;

import dev.durableobjects.DurableObjectNamespace;
import dev.durableobjects.benchmarks.Scratch;
import dev.durableobjects.runtime.DurableObjects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The first call of an object that has a file and is not in memory: its database is opened, its
/// constructor runs, all seats are read. Goal: 1 ms.
///
/// A shot wakes 500 objects of a runtime that has just started; that start does not count.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5)
@Measurement(iterations = 10)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class WakeBenchmark {

    static final int OBJECTS = 500;

    private static final int THREADS = 32;

    private final Scratch scratch = new Scratch();
    private DurableObjects objects = start();

    /// Makes the objects.
    public WakeBenchmark() {
        Load.make(objects, OBJECTS, THREADS);
    }

    private DurableObjects start() {
        return DurableObjects.builder()
                .directory(scratch.path())
                .namespace(SeatServer.FLIGHT, Flight::new)
                .build();
    }

    /// Starts the runtime anew, so that no object is in memory.
    @Setup(Level.Iteration)
    public void restart() {
        objects.close();
        objects = start();
    }

    /// Calls each object once.
    @Benchmark
    @OperationsPerInvocation(OBJECTS)
    public int wake() {
        DurableObjectNamespace<FlightApi> flights = objects.env().namespace(SeatServer.FLIGHT);
        int seats = 0;
        for (int i = 0; i < OBJECTS; i++) {
            seats += flights.getByName("flight " + i).rpc().getSeats().size();
        }
        return seats;
    }

    /// Stops the runtime and deletes the files.
    @TearDown
    public void close() {
        objects.close();
        scratch.close();
    }
}
