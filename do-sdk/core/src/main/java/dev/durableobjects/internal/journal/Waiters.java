package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.gate.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// The threads that wait until a position is durable.
///
/// Only those are woken whose position has come. They wait without a time, since a timer for each
/// would cost more than the wait; a thread of its own looks who has waited too long. Safe for use
/// by many threads.
final class Waiters {

    /// How late a thread may learn that it has waited too long.
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Waiting waiting;
    private final long timeoutNanos;
    private final Thread watcher;

    // Guarded by this.
    private final List<Waiter> waiters = new ArrayList<>();
    private long reached = Long.MIN_VALUE;
    private boolean isWatched;
    private boolean closed;

    /// Starts with none.
    ///
    /// @param timeoutNanos after which a thread has waited too long
    Waiters(Waiting waiting, long timeoutNanos) {
        this.waiting = waiting;
        this.timeoutNanos = timeoutNanos;
        this.watcher = waiting.start("durable-overdue", this::watch);
    }

    /// Waits until a position is reached; an interrupt waits.
    ///
    /// @return false if that took too long
    boolean await(long position) {
        Waiter waiter = join(position);
        waiting.await(this, () -> waiter.state != State.WAITING);
        return waiter.state == State.REACHED;
    }

    private Waiter join(long position) {
        Waiter waiter =
                new Waiter(Thread.currentThread(), position, waiting.nanoTime() + timeoutNanos);
        boolean isFirst;
        synchronized (this) {
            if (position <= reached) {
                waiter.state = State.REACHED;
                return waiter;
            }
            waiters.add(waiter);
            isFirst = !isWatched;
            isWatched = true;
        }
        if (isFirst) {
            waiting.unpark(watcher);
        }
        return waiter;
    }

    /// Lets everybody go on who waits for this position or an earlier one, now and later.
    void reach(long position) {
        List<Waiter> released;
        synchronized (this) {
            reached = Math.max(reached, position);
            released = take(waiter -> waiter.position <= reached);
        }
        released.forEach(waiter -> settle(waiter, State.REACHED));
    }

    private void settle(Waiter waiter, State state) {
        waiter.state = state;
        waiting.unpark(waiter.thread);
    }

    private void watch() {
        while (!isClosed()) {
            overdue().forEach(waiter -> settle(waiter, State.OVERDUE));
            if (isWatched()) {
                waiting.parkNanos(this, Math.min(LOOK_NANOS, timeoutNanos));
            } else {
                waiting.park(this);
            }
        }
    }

    private synchronized List<Waiter> overdue() {
        long now = waiting.nanoTime();
        List<Waiter> overdue = take(waiter -> waiter.deadline - now <= 0);
        isWatched = !waiters.isEmpty();
        return overdue;
    }

    private List<Waiter> take(Predicate<Waiter> which) {
        List<Waiter> taken = waiters.stream().filter(which).toList();
        waiters.removeIf(which);
        return taken;
    }

    private synchronized boolean isWatched() {
        return isWatched;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /// Ends the watch. Everybody must have gone on.
    void close() {
        synchronized (this) {
            closed = true;
        }
        waiting.unpark(watcher);
    }

    private enum State {
        WAITING,
        REACHED,
        OVERDUE
    }

    /// A thread that waits.
    private static final class Waiter {

        private final Thread thread;
        private final long position;
        private final long deadline;
        private volatile State state = State.WAITING;

        Waiter(Thread thread, long position, long deadline) {
            this.thread = thread;
            this.position = position;
            this.deadline = deadline;
        }
    }
}
