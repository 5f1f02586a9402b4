package dev.durableobjects.benchmarks;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObjectNamespace;
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
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/// A call through a stub, in one process, of an object that is in memory.
///
/// Goals: `nothing` at most 150 ns and 64 bytes; `argumentsAndRecord` at most 300 ns more than
/// `argumentsAndRecordWithoutStub`.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class StubCallBenchmark {

    private static final Binding<CalleeApi> CALLEE = Binding.of("CALLEE", CalleeApi.class);

    private final Scratch scratch = new Scratch();
    private final DurableObjects objects =
            DurableObjects.builder()
                    .directory(scratch.path())
                    .namespace(CALLEE, Callee::new)
                    .build();
    private final DurableObjectNamespace<CalleeApi> callees = objects.env().namespace(CALLEE);
    private final CalleeApi callee = callees.getByName("callee").rpc();
    private final Plain plain = new Plain();
    private final AtomicInteger callers = new AtomicInteger();

    private String seat = "12A";
    private int passengers = 1_000; // Beyond the boxes that the JDK keeps.

    /// Starts a runtime.
    public StubCallBenchmark() {}

    /// Calls a method without arguments and result.
    @Benchmark
    public void nothing() {
        callee.nothing();
    }

    /// Calls a method with two arguments and a record as its result.
    @Benchmark
    public CalleeApi.Booking argumentsAndRecord() {
        return callee.book(seat, passengers);
    }

    /// The same method of a plain object: what the values themselves cost.
    @Benchmark
    public CalleeApi.Booking argumentsAndRecordWithoutStub() {
        return plain.book(seat, passengers);
    }

    /// Finds the object by its name for each call, as a Worker does.
    @Benchmark
    public void nothingByName() {
        callees.getByName("callee").rpc().nothing();
    }

    /// Eight virtual threads call one object. Each sees its calls run in order, and sees the calls
    /// of all counted one by one.
    @Benchmark
    @Threads(8)
    @BenchmarkMode(Mode.Throughput)
    @OutputTimeUnit(TimeUnit.SECONDS)
    @Fork(
            value = 3,
            jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Djmh.executor=VIRTUAL"})
    public void contended(Caller caller) {
        caller.call(callee);
    }

    /// Checks that no call was lost, and stops the runtime.
    @TearDown
    public void close() {
        callee.checkTotal();
        objects.close();
        scratch.close();
    }

    /// One of the callers that contend.
    @State(Scope.Thread)
    public static class Caller {

        private int number;
        private long sequence;
        private long last;

        /// Makes a caller.
        public Caller() {}

        /// Takes a number.
        @Setup
        public void join(StubCallBenchmark benchmark) {
            number = benchmark.callers.getAndIncrement();
        }

        void call(CalleeApi callee) {
            long position = callee.next(number, ++sequence);
            if (position <= last) {
                throw new IllegalStateException(
                        "caller %d: call %d was position %d, the one before %d"
                                .formatted(number, sequence, position, last));
            }
            last = position;
        }
    }

    /// The same method without an object around it.
    private static final class Plain {

        CalleeApi.Booking book(String seat, int passengers) {
            return new CalleeApi.Booking(seat, passengers);
        }
    }
}
