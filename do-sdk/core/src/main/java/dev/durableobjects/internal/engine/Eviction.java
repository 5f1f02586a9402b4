package dev.durableobjects.internal.engine;

import dev.durableobjects.Limit;
import dev.durableobjects.ShutdownReason;
import dev.durableobjects.internal.gate.Guarded;
import dev.durableobjects.internal.gate.Latch;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Lets idle objects leave memory: after a while, or earlier if their place is needed.
///
/// An object is idle when no event runs, waits or is out for a call. It stays while it has sockets
/// or a pin that counts. Safe for use by many threads.
final class Eviction {

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /// How many candidates one look at all objects yields: looking is linear.
    private static final int CANDIDATES = 64;

    private final Node node;
    private final Collection<Activation> live;
    private final Thread thread;
    private volatile boolean closed;

    // Guarded by this.
    private final Deque<Activation> candidates = new ArrayDeque<>();

    /// Starts to look for idle objects.
    ///
    /// @param live all activations; a live view
    Eviction(Node node, Collection<Activation> live) {
        this.node = node;
        this.live = live;
        this.thread = node.waiting().start("durable-eviction", this::watch);
    }

    /// Makes room for one more object: the one idle for longest leaves.
    ///
    /// @return whether one left
    boolean makeRoom() {
        for (Activation next = next(); next != null; next = next()) {
            if (evictApart(next)) {
                return true;
            }
        }
        return awaitLeaving();
    }

    /// One that leaves already makes room as well. Who is inside of an object does not wait for it:
    /// its `preShutdown` may be waiting for that object.
    private boolean awaitLeaving() {
        if (Turn.bound() != null) {
            return false;
        }
        for (Activation activation : live) {
            if (!activation.gate().isOpen()) {
                return activation.closed().awaitUntil(node.after(Limit.COMMIT_SECONDS));
            }
        }
        return false;
    }

    /// On a thread of its own, because the calling one may be inside of an object: if `preShutdown`
    /// called that object, it would wait for itself.
    private boolean evictApart(Activation activation) {
        AtomicBoolean leaves = new AtomicBoolean();
        Latch decided = new Latch(node.waiting());
        node.waiting()
                .start(
                        "durable-evict",
                        () -> {
                            leaves.set(
                                    activation.gate().closeBehindMeIf(() -> mayLeave(activation)));
                            decided.open();
                            if (leaves.get()) {
                                LastWord.end(activation, ShutdownReason.INACTIVE);
                            }
                        });
        long deadline = node.after(Limit.COMMIT_SECONDS);
        return decided.awaitUntil(deadline)
                && leaves.get()
                && activation.closed().awaitUntil(deadline);
    }

    /// Lets an activation leave once its events have ended, although a timer or a lease keeps it.
    ///
    /// @throws IllegalStateException if there is none, or it cannot leave
    void evictNow(@Nullable Activation wanted) {
        if (Turn.bound() != null) {
            throw new IllegalStateException("an object cannot be evicted from inside of an object");
        }
        if (wanted == null) {
            throw new IllegalStateException(
                    "Cannot evict Durable Object: it is not currently running.");
        }
        if (wanted.sockets().size() > 0) {
            throw new IllegalStateException(
                    wanted + " holds sockets of ctx.accept, which end with it; close them first");
        }
        long deadline = node.after(Limit.COMMIT_SECONDS);
        if (wanted.gate().closeBehindMeUntil(deadline)) {
            LastWord.end(wanted, ShutdownReason.INACTIVE);
        }
        if (!wanted.closed().awaitUntil(deadline)) {
            throw new IllegalStateException(
                    "%s was not evicted: its events have not ended within %d seconds"
                            .formatted(wanted, node.limits().get(Limit.COMMIT_SECONDS)));
        }
    }

    void close() {
        closed = true;
        node.waiting().unpark(thread);
    }

    private void watch() {
        while (!closed) {
            for (Activation activation : live) {
                Guarded.run("the eviction of " + activation, () -> look(activation));
            }
            node.waiting().parkNanos(this, TICK_NANOS);
        }
    }

    private void look(Activation activation) {
        if (isOverdue(activation) && activation.gate().isFree()) {
            node.waiting().start("durable-evict", () -> evict(activation));
        }
    }

    private boolean isOverdue(Activation activation) {
        Limit bound = activation.pins().isEmpty() ? Limit.IDLE_SECONDS : Limit.PINNED_IDLE_SECONDS;
        long idle = node.waiting().nanoTime() - activation.lastUsed();
        return idle >= TimeUnit.SECONDS.toNanos(node.limits().get(bound)) && mayLeave(activation);
    }

    private boolean mayLeave(Activation activation) {
        return activation.sockets().size() == 0
                && !activation.pins().hold(node.waiting().nanoTime());
    }

    private void evict(Activation activation) {
        if (activation.gate().closeBehindMeIf(() -> isOverdue(activation))) {
            LastWord.end(activation, ShutdownReason.INACTIVE);
        }
    }

    private synchronized @Nullable Activation next() {
        if (candidates.isEmpty()) {
            long now = node.waiting().nanoTime();
            live.stream()
                    .filter(this::mayLeave)
                    .filter(activation -> activation.gate().isFree())
                    .sorted(Comparator.comparingLong(activation -> activation.lastUsed() - now))
                    .limit(CANDIDATES)
                    .forEach(candidates::add);
        }
        return candidates.poll();
    }
}
