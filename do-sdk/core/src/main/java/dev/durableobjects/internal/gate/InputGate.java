package dev.durableobjects.internal.gate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Lets one thread at a time into an object, in the order in which they asked.
///
/// The gate is handed from the thread that leaves to the one that has waited longest; nobody
/// overtakes, except that during a critical section only threads that belong to it enter. A thread
/// may go out to come back: the gate counts it, so that nobody takes the object for idle meanwhile.
/// A closed gate lets nobody in any more: those who wait are sent away. A JDK lock would do the
/// first of this, but has neither sections nor a bound on its queue, and cannot be closed.
///
/// Safe for use by many threads.
public final class InputGate {

    private final Waiting waiting;
    private final int queueMax;

    // Guarded by this; owner is also read by its own thread without the lock.
    private final Deque<Ticket> queue = new ArrayDeque<>();
    private volatile @Nullable Thread owner;
    private @Nullable CriticalSection section;
    private int away;
    private Entrance entrance = Entrance.OPEN;
    private @Nullable Ticket last;

    private enum Entrance {
        OPEN,
        /// The thread that is inside is the last one. It may go out and come back.
        CLOSED_BEHIND_LAST,
        CLOSED
    }

    /// Makes an open gate.
    ///
    /// @param queueMax how many threads may wait, at least 1
    public InputGate(Waiting waiting, int queueMax) {
        this.waiting = waiting;
        this.queueMax = queueMax;
    }

    /// Takes a place in the order of entry, without waiting.
    ///
    /// @param within the critical section that the thread belongs to, null for none
    /// @throws RejectedExecutionException if as many threads wait as may
    public synchronized Ticket request(@Nullable CriticalSection within) {
        if (entrance == Entrance.OPEN && owner != null && queue.size() >= queueMax) {
            throw new RejectedExecutionException(
                    "at most %d events may wait for one object".formatted(queueMax));
        }
        return enqueue(within, entrance == Entrance.OPEN);
    }

    /// Takes a place like [#request], however many wait: for threads whose number is bounded
    /// elsewhere.
    public synchronized Ticket requestAlways(@Nullable CriticalSection within) {
        return enqueue(within, entrance == Entrance.OPEN);
    }

    private synchronized Ticket requestBack(@Nullable CriticalSection within) {
        return enqueue(within, entrance != Entrance.CLOSED);
    }

    private Ticket enqueue(@Nullable CriticalSection within, boolean isAdmitted) {
        Ticket ticket = new Ticket(Thread.currentThread(), within);
        if (!isAdmitted) {
            ticket.state = Ticket.State.REFUSED;
        } else if (owner == null && mayEnter(ticket)) {
            owner = ticket.thread;
            ticket.state = Ticket.State.GRANTED;
        } else {
            queue.add(ticket);
        }
        return ticket;
    }

    /// Lets the next thread in. Only the thread that is inside may leave.
    public void leave() {
        settle(release(0));
    }

    /// Leaves with the promise to come back by [#comeBack].
    public void goOut() {
        settle(release(1));
    }

    /// Comes back after [#goOut], behind those who have come meanwhile; an interrupt waits.
    ///
    /// @return whether the thread is inside; if not, the gate was closed
    public boolean comeBack(@Nullable CriticalSection within) {
        Ticket ticket = requestBack(within);
        boolean entered = ticket.await();
        synchronized (this) {
            away--; // Whoever entered leaves again, and looks then who is next.
        }
        return entered;
    }

    /// Opens a critical section inside of another one, or of none. The calling thread must be
    /// inside.
    public synchronized CriticalSection enterSection(@Nullable CriticalSection within) {
        assert isHeldByCurrentThread() : "a section is entered from inside";
        section = new CriticalSection(CriticalSection.heir(within));
        return section;
    }

    /// Ends a critical section. The calling thread must be inside, or the gate closed.
    public synchronized void leaveSection(CriticalSection ended) {
        ended.end();
        section = CriticalSection.heir(section);
    }

    /// Sends everybody away who waits or asks from now on. A thread that is inside stays until it
    /// leaves. Closing again has no effect.
    public void close() {
        Deque<Ticket> refused;
        synchronized (this) {
            entrance = Entrance.CLOSED;
            refused = new ArrayDeque<>(queue);
            queue.clear();
            if (last != null) {
                refused.add(last);
                last = null;
            }
        }
        refused.forEach(ticket -> ticket.settle(Ticket.State.REFUSED));
    }

    /// Enters and closes in one step if nobody is inside, waits, or will come back, and if this
    /// holds besides. From then on only the calling thread comes back when it goes out.
    ///
    /// @param condition asked in the same step, so that no event comes between; must not block
    /// @return whether the calling thread is the last one inside now
    public synchronized boolean closeBehindMeIf(BooleanSupplier condition) {
        if (!isFree() || !condition.getAsBoolean()) {
            return false;
        }
        entrance = Entrance.CLOSED_BEHIND_LAST;
        owner = Thread.currentThread();
        return true;
    }

    /// Waits until nobody is inside, waits, or will come back, and then does as [#closeBehindMeIf].
    /// One thread at a time waits so; for another it is as if the gate were closed already.
    ///
    /// @param deadline when to give up, a time of [Waiting#nanoTime]
    /// @return whether the calling thread is the last one inside now
    public boolean closeBehindMeUntil(long deadline) {
        Ticket ticket = requestLast();
        boolean isSettled = waiting.awaitUntil(this, ticket::isSettled, deadline);
        if (!isSettled && withdrawLast(ticket)) {
            return false;
        }
        return ticket.await();
    }

    private synchronized Ticket requestLast() {
        Ticket ticket = new Ticket(Thread.currentThread(), null);
        if (closeBehindMeIf(() -> true)) {
            ticket.state = Ticket.State.GRANTED;
        } else if (entrance != Entrance.OPEN || last != null) {
            ticket.state = Ticket.State.REFUSED;
        } else {
            last = ticket;
        }
        return ticket;
    }

    @SuppressWarnings("ReferenceEquality") // It is this ticket, or it is another one.
    private synchronized boolean withdrawLast(Ticket ticket) {
        boolean waits = last == ticket;
        last = waits ? null : last;
        return waits;
    }

    /// Returns whether nobody is inside, waits, or will come back, and the gate is open.
    public synchronized boolean isFree() {
        return entrance == Entrance.OPEN && owner == null && away == 0 && queue.isEmpty();
    }

    /// Returns whether threads are let in, sooner or later.
    public synchronized boolean isOpen() {
        return entrance == Entrance.OPEN;
    }

    /// Returns whether the calling thread is inside.
    public boolean isHeldByCurrentThread() {
        return owner == Thread.currentThread();
    }

    private synchronized @Nullable Ticket release(int goingOut) {
        assert isHeldByCurrentThread() : "left by a thread that is not inside";
        away += goingOut;
        Ticket next = next();
        owner = next == null ? null : next.thread;
        return next;
    }

    private @Nullable Ticket next() {
        if (queue.isEmpty() && away == 0 && last != null) {
            Ticket ticket = last;
            last = null;
            entrance = Entrance.CLOSED_BEHIND_LAST;
            return ticket;
        }
        if (section == null) {
            return queue.poll();
        }
        for (Iterator<Ticket> tickets = queue.iterator(); tickets.hasNext(); ) {
            Ticket ticket = tickets.next();
            if (mayEnter(ticket)) {
                tickets.remove();
                return ticket;
            }
        }
        return null;
    }

    @SuppressWarnings("ReferenceEquality") // It is this section, or it is another one.
    private boolean mayEnter(Ticket ticket) {
        return section == null || CriticalSection.heir(ticket.within) == section;
    }

    private static void settle(@Nullable Ticket next) {
        if (next != null) {
            next.settle(Ticket.State.GRANTED);
        }
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
        private final @Nullable CriticalSection within;
        private volatile State state = State.WAITING;

        private Ticket(Thread thread, @Nullable CriticalSection within) {
            this.thread = thread;
            this.within = within;
        }

        /// Returns whether the gate was closed before the place was taken.
        public boolean isRefused() {
            return state == State.REFUSED;
        }

        /// Returns whether others go first.
        public boolean isWaiting() {
            return state == State.WAITING;
        }

        /// Waits until the thread may enter, however often it is interrupted meanwhile.
        ///
        /// @return true if it is inside now, false if the gate was closed
        public boolean await() {
            waiting.await(InputGate.this, this::isSettled);
            return state == State.GRANTED;
        }

        private boolean isSettled() {
            return !isWaiting();
        }

        /// Waits like [#await], but gives the place up if the thread is interrupted before its
        /// turn.
        ///
        /// @throws InterruptedException if it was; it is not inside then
        public boolean awaitInterruptibly() throws InterruptedException {
            while (isWaiting()) {
                waiting.park(InputGate.this);
                if (isWaiting() && Thread.interrupted()) {
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
