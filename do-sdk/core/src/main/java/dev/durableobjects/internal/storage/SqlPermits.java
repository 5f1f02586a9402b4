package dev.durableobjects.internal.storage;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/// Bounds how many threads are inside SQLite at a time, in the whole process, and knows for how
/// long each of them is.
///
/// A native call pins the carrier of its virtual thread; [Carriers] makes up for those that stay
/// long. Whoever waits for a permit is parked and holds no carrier. Beyond as many long queries as
/// there are permits, SQL waits; everything else goes on. Safe for use by many threads.
public final class SqlPermits {

    private static final int NONE = -1;
    private static final long FREE = -1;

    private static volatile @Nullable SqlPermits installed;

    private final Semaphore permits;

    /// For each permit the tick of [Carriers] at which it was taken.
    private final AtomicLongArray takenAt;

    private final Carriers carriers;

    private SqlPermits(int count) {
        this.permits = new Semaphore(count);
        this.takenAt = new AtomicLongArray(count);
        for (int i = 0; i < count; i++) {
            takenAt.set(i, FREE);
        }
        this.carriers = new Carriers(count, this::takenBefore);
    }

    /// Sets the bound; only the first call of a process counts.
    ///
    /// @param count how many threads may be inside SQLite at a time
    public static synchronized void install(int count) {
        if (installed == null) {
            SqlPermits made = new SqlPermits(count);
            made.carriers.start();
            installed = made;
        }
    }

    /// Takes a permit, waiting for it if there is none; an interrupt waits.
    ///
    /// @return the permit, for [#exit]
    static int enter() {
        SqlPermits bound = installed;
        return bound == null ? NONE : bound.take();
    }

    /// Gives a permit back.
    static void exit(int permit) {
        SqlPermits bound = installed;
        if (bound != null && permit != NONE) {
            bound.takenAt.set(permit, FREE);
            bound.permits.release();
        }
    }

    private int take() {
        permits.acquireUninterruptibly();
        long tick = carriers.tick();
        int permit = 0;
        while (!takenAt.compareAndSet(permit, FREE, tick)) {
            permit = (permit + 1) % takenAt.length(); // One is free: there are as many permits.
        }
        carriers.wake();
        return permit;
    }

    /// Returns how many threads have been inside since before a tick.
    private int takenBefore(long tick) {
        int count = 0;
        for (int i = 0; i < takenAt.length(); i++) {
            long at = takenAt.get(i);
            count += at != FREE && at < tick ? 1 : 0;
        }
        return count;
    }
}
