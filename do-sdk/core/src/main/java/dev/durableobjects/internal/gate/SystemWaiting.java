package dev.durableobjects.internal.gate;

import java.util.concurrent.locks.LockSupport;

/// Waits for real. Safe for use by many threads.
enum SystemWaiting implements Waiting {
    INSTANCE;

    @Override
    public void park(Object blocker) {
        LockSupport.park(blocker);
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        LockSupport.parkNanos(blocker, nanos);
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // Nothing depends on it but speed.
    public void giveWay() {
        Thread.yield();
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }

    @Override
    public Thread start(String name, Runnable body) {
        return Thread.ofVirtual().name(name).start(body);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }
}
