package dev.durableobjects.internal.storage;

import java.lang.management.ManagementFactory;
import java.util.concurrent.Semaphore;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.jspecify.annotations.Nullable;

/// Bounds how many threads are inside SQLite at a time, in the whole process.
///
/// A native call pins the carrier of its virtual thread, and the scheduler does not make up for it:
/// a few long queries would stop every other virtual thread. So the scheduler gets more carriers
/// than there are permits, before the first query runs, and whoever waits for a permit is parked
/// and holds no carrier. Beyond as many long queries as there are permits, SQL waits; everything
/// else goes on. Safe for use by many threads.
public final class SqlPermits {

    private static volatile @Nullable Semaphore permits;

    private SqlPermits() {}

    /// Sets the bound and raises the number of carriers; only the first call of a process counts.
    ///
    /// @param carriers of virtual threads at least
    /// @param count how many threads may be inside SQLite at a time
    public static synchronized void install(int carriers, int count) {
        if (permits != null) {
            return;
        }
        permits = new Semaphore(count);
        VirtualThreadSchedulerMXBean scheduler =
                ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
        if (scheduler != null && scheduler.getParallelism() < carriers) {
            scheduler.setParallelism(carriers);
        }
    }

    /// Takes a permit, waiting for it if there is none; an interrupt waits. Every call is followed
    /// by one of [#exit].
    static void enter() {
        Semaphore bound = permits;
        if (bound != null) {
            bound.acquireUninterruptibly();
        }
    }

    static void exit() {
        Semaphore bound = permits;
        if (bound != null) {
            bound.release();
        }
    }
}
