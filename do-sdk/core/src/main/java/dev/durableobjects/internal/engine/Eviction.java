package dev.durableobjects.internal.engine;

import dev.durableobjects.Limit;
import dev.durableobjects.ShutdownReason;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
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
            if (evict(next)) {
                return true;
            }
        }
        return false;
    }

    void close() {
        closed = true;
        node.waiting().unpark(thread);
    }

    private void watch() {
        while (!closed) {
            long now = node.waiting().nanoTime();
            for (Activation activation : live) {
                if (isOverdue(activation, now)) {
                    node.waiting().start("durable-evict", () -> evict(activation));
                }
            }
            node.waiting().parkNanos(this, TICK_NANOS);
        }
    }

    private boolean isOverdue(Activation activation, long now) {
        Limit bound = activation.pins().isEmpty() ? Limit.IDLE_SECONDS : Limit.PINNED_IDLE_SECONDS;
        long idle = now - activation.lastUsed();
        return idle >= TimeUnit.SECONDS.toNanos(node.limits().get(bound))
                && mayLeave(activation, now);
    }

    private static boolean mayLeave(Activation activation, long now) {
        return activation.sockets().size() == 0 && !activation.pins().hold(now);
    }

    private boolean evict(Activation activation) {
        if (!mayLeave(activation, node.waiting().nanoTime())
                || !activation.gate().closeBehindMe()) {
            return false;
        }
        LastWord.end(activation, ShutdownReason.INACTIVE);
        return true;
    }

    private synchronized @Nullable Activation next() {
        if (candidates.isEmpty()) {
            long now = node.waiting().nanoTime();
            live.stream()
                    .filter(activation -> mayLeave(activation, now))
                    .filter(activation -> activation.gate().isFree())
                    .sorted(Comparator.comparingLong(activation -> activation.lastUsed() - now))
                    .limit(CANDIDATES)
                    .forEach(candidates::add);
        }
        return candidates.poll();
    }
}
