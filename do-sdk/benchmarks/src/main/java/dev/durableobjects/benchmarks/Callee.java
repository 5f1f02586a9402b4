package dev.durableobjects.benchmarks;

import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import java.util.stream.LongStream;

/// An object without storage: what remains is the cost of the call.
final class Callee extends DurableObject implements CalleeApi {

    static final int CALLERS_MAX = 64;

    // Plain fields: if two events ever ran at a time, calls would be missing here.
    private final long[] calls = new long[CALLERS_MAX];
    private long total;

    Callee(DurableObjectState ctx, Env env) {
        super(ctx, env);
    }

    @Override
    public void nothing() {}

    @Override
    public Booking book(String seat, int passengers) {
        return new Booking(seat, passengers);
    }

    @Override
    public long next(int caller, long sequence) {
        if (sequence != calls[caller] + 1) {
            throw new IllegalStateException(
                    "caller %d: call %d came after call %d"
                            .formatted(caller, sequence, calls[caller]));
        }
        calls[caller] = sequence;
        return ++total;
    }

    @Override
    public void checkTotal() {
        long sum = LongStream.of(calls).sum();
        if (sum != total) {
            throw new IllegalStateException("%d calls ran, %d were counted".formatted(sum, total));
        }
    }
}
