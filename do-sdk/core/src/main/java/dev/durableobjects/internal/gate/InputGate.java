package dev.durableobjects.internal.gate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/// Lets one thread at a time into an object, in the order in which they asked.
///
/// The gate is handed from the thread that leaves to the one that has waited longest; nobody
/// overtakes. A closed gate lets nobody in any more: those who wait are sent away. A JDK lock would
/// do the first of this, but has no bound on its queue and cannot be closed.
///
/// Safe for use by many threads.
public final class InputGate {

    private final Waiting waiting;
    private final int queueMax;

    // Guarded by this; owner is also read by its own thread without the lock.
    private final Deque<Ticket> queue = new ArrayDeque<>();
    private volatile @Nullable Thread owner;
    private boolean closed;

    /// Makes an open gate.
    ///
    /// @param queueMax how many threads may wait, at least 1
    public InputGate(Waiting waiting, int queueMax) {
        this.waiting = waiting;
        this.queueMax = queueMax;
    }

    /// Takes a place in the order of entry, without waiting.
    ///
    /// @throws RejectedExecutionException if as many threads wait as may
    public synchronized Ticket request() {
        Thread thread = Thread.currentThread();
        if (closed) {
            return new Ticket(thread, Ticket.State.REFUSED);
        }
        if (owner == null) {
            owner = thread;
            return new Ticket(thread, Ticket.State.GRANTED);
        }
        if (queue.size() >= queueMax) {
            throw new RejectedExecutionException(
                    "at most %d events may wait for one object".formatted(queueMax));
        }
        return enqueue();
    }

    /// Takes a place like [#request], however many wait already: for a thread that was inside and
    /// only left for a call.
    public synchronized Ticket requestAgain() {
        return closed || owner == null ? request() : enqueue();
    }

    private Ticket enqueue() {
        Ticket ticket = new Ticket(Thread.currentThread(), Ticket.State.WAITING);
        queue.add(ticket);
        return ticket;
    }

    /// Lets the next thread in. Only the thread that is inside may leave.
    public void leave() {
        Ticket next;
        synchronized (this) {
            assert isHeldByCurrentThread() : "left by a thread that is not inside";
            next = queue.poll();
            owner = next == null ? null : next.thread;
        }
        if (next != null) {
            next.settle(Ticket.State.GRANTED);
        }
    }

    /// Sends everybody away who waits or asks from now on. A thread that is inside stays until it
    /// leaves. Closing again has no effect.
    public void close() {
        Deque<Ticket> refused;
        synchronized (this) {
            closed = true;
            refused = new ArrayDeque<>(queue);
            queue.clear();
        }
        refused.forEach(ticket -> ticket.settle(Ticket.State.REFUSED));
    }

    /// Closes the gate unless somebody is inside or waits.
    ///
    /// @return whether the gate is closed now
    public synchronized boolean closeIfFree() {
        if (owner == null) {
            assert queue.isEmpty() : "threads wait for a gate that nobody holds";
            closed = true;
        }
        return closed;
    }

    /// Returns whether the calling thread is inside.
    public boolean isHeldByCurrentThread() {
        return owner == Thread.currentThread();
    }

    private synchronized boolean withdraw(Ticket ticket) {
        return queue.remove(ticket);
    }

    /// A place in the order of entry. Used by the thread that took it.
    public final class Ticket {

        private enum State {
            WAITING,
            GRANTED,
            REFUSED
        }

        private final Thread thread;
        private volatile State state;

        private Ticket(Thread thread, State state) {
            this.thread = thread;
            this.state = state;
        }

        /// Waits until the thread may enter, however often it is interrupted meanwhile.
        ///
        /// @return true if it is inside now, false if the gate was closed
        public boolean await() {
            boolean interrupted = false;
            while (state == State.WAITING) {
                waiting.park(InputGate.this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                thread.interrupt();
            }
            return state == State.GRANTED;
        }

        /// Waits like [#await], at most until this time of [Waiting#nanoTime].
        ///
        /// @return true if it is inside now, false if the gate was closed or the time is over
        public boolean awaitUntil(long deadline) {
            while (state == State.WAITING) {
                long left = deadline - waiting.nanoTime();
                if (left <= 0 && withdraw(this)) {
                    return false;
                }
                waiting.parkNanos(InputGate.this, Math.max(left, 1));
            }
            return state == State.GRANTED;
        }

        /// Waits like [#await], but gives the place up if the thread is interrupted before its
        /// turn.
        ///
        /// @throws InterruptedException if it was; it is not inside then
        public boolean awaitInterruptibly() throws InterruptedException {
            while (state == State.WAITING) {
                waiting.park(InputGate.this);
                if (state == State.WAITING && Thread.interrupted()) {
                    if (withdraw(this)) {
                        throw new InterruptedException();
                    }
                    thread.interrupt();
                    return await();
                }
            }
            return state == State.GRANTED;
        }

        private void settle(State outcome) {
            state = outcome;
            waiting.unpark(thread);
        }
    }
}
