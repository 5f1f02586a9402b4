package dev.durableobjects.internal.engine;

import java.util.random.RandomGenerator;

/// How long whatever has failed waits before it is tried again: as workerd's alarm-scheduler.c++,
/// two seconds, doubled with each failure, and up to a quarter more. Stateless.
final class Backoff {

    private static final long FIRST_MILLIS = 2_000;
    private static final double JITTER = 0.25;

    /// The longest delay is the first one doubled so often.
    private static final int DOUBLINGS_MAX = 9;

    private Backoff() {}

    /// Returns a delay in milliseconds.
    ///
    /// @param failures before the one that it follows
    static long millis(int failures, RandomGenerator random) {
        long least = FIRST_MILLIS << Math.min(failures, DOUBLINGS_MAX);
        return (long) (least * (1 + JITTER * random.nextDouble()));
    }
}
