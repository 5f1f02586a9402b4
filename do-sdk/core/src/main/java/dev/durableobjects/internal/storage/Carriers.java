package dev.durableobjects.internal.storage;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongToIntFunction;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.jspecify.annotations.Nullable;

/// How many carriers the virtual threads of the process have: a few, and one more for each thread
/// that stays inside SQLite for long.
///
/// The scheduler does not make up for a native call, so a few long queries would stop every virtual
/// thread. Many carriers from the start would help, too, but let the processors change threads
/// several times for each commit: a woken virtual thread goes to an idle carrier if there is one. A
/// platform thread looks every few milliseconds, and sleeps while nobody uses SQLite. Safe for use
/// by many threads.
final class Carriers {

    /// A thread that is inside of SQLite for one to two of these has been there for long.
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /// After as many ticks without anybody inside, it sleeps.
    private static final int QUIET_TICKS = 200;

    private final int longMax;
    private final LongToIntFunction insideSinceBefore;
    private final Thread thread;
    private final @Nullable VirtualThreadSchedulerMXBean scheduler;
    private final int standard;

    // Only the thread.
    private int current;

    // Written by the thread.
    private volatile long tick;
    private volatile boolean sleeps;

    /// Prepares.
    ///
    /// @param longMax how many threads may be inside of SQLite
    /// @param insideSinceBefore returns how many have been inside since before a tick
    Carriers(int longMax, LongToIntFunction insideSinceBefore) {
        this.longMax = longMax;
        this.insideSinceBefore = insideSinceBefore;
        this.scheduler = ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
        // One more than processors, for the sync of the journal keeps one.
        int processors = Runtime.getRuntime().availableProcessors();
        this.standard =
                Math.max(processors + 1, scheduler == null ? 0 : scheduler.getParallelism());
        this.thread = Thread.ofPlatform().daemon().name("durable-carriers").unstarted(this::watch);
    }

    /// Begins to look.
    void start() {
        if (scheduler != null) {
            set(standard);
            thread.start();
        }
    }

    /// Returns the number of the tick, for a thread that goes inside now.
    long tick() {
        return tick;
    }

    /// Says that somebody is inside.
    void wake() {
        if (sleeps) {
            sleeps = false;
            LockSupport.unpark(thread);
        }
    }

    private void watch() {
        int quiet = 0;
        while (true) {
            LockSupport.parkNanos(this, TICK_NANOS);
            long now = tick + 1;
            tick = now;
            int staying = insideSinceBefore.applyAsInt(now - 1);
            // When nobody else can run, whoever waits may be as long.
            set(standard + (staying >= current ? longMax : staying));
            quiet = isAnybodyInside() ? 0 : quiet + 1;
            if (quiet > QUIET_TICKS) {
                quiet = 0;
                sleep();
            }
        }
    }

    private boolean isAnybodyInside() {
        return insideSinceBefore.applyAsInt(tick + 1) > 0;
    }

    private void sleep() {
        sleeps = true;
        while (sleeps && !isAnybodyInside()) {
            LockSupport.park(this);
        }
        sleeps = false;
    }

    private void set(int carriers) {
        if (scheduler != null && carriers != current) {
            scheduler.setParallelism(carriers);
            current = carriers;
        }
    }
}
