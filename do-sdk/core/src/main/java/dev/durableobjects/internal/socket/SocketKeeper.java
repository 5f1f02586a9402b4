package dev.durableobjects.internal.socket;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Guarded;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.websocket.SocketQueuePolicy;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Watches over all connections of a runtime: pings them, ends those whose peer has vanished or
/// whose handshake takes too long, and closes all when the server goes away. Safe for use by many
/// threads.
public final class SocketKeeper implements AutoCloseable {

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Waiting waiting;
    private final WriterThreads threads;
    private final long lingerNanos;
    private final SocketCounters counters = new SocketCounters();
    private final IncomingBudget budget;
    private final Map<SocketQueuePolicy, SocketSettings> settings =
            new EnumMap<>(SocketQueuePolicy.class);
    private final Set<HeldSocket> sockets = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable Thread emptied;

    /// Starts watching.
    public SocketKeeper(Waiting waiting, Limits limits) {
        this.waiting = waiting;
        this.threads = new WriterThreads(waiting);
        this.budget = new IncomingBudget((long) limits.get(Limit.SOCKET_INCOMING_MIB) << 20);
        this.lingerNanos = TimeUnit.SECONDS.toNanos(limits.get(Limit.SOCKET_LINGER_SECONDS));
        for (SocketQueuePolicy policy : SocketQueuePolicy.values()) {
            settings.put(policy, SocketSettings.of(limits, policy));
        }
        this.thread = waiting.start("durable-socket-keeper", this::watch);
    }

    /// Makes a connection that waits for its opening handshake. It is watched over from
    /// [#watch(HeldSocket)] on.
    ///
    /// @param policy what becomes of a peer that reads too slowly
    /// @param listener told what the peer does
    /// @param outlet gives the event that runs what lets out what it sends; throws an
    ///   IllegalStateException if the calling thread is in none
    /// @param sharing shared by the sockets of one object
    public HeldSocket make(
            SocketQueuePolicy policy,
            SocketListener listener,
            Supplier<Outlet> outlet,
            FrameSharing sharing) {
        return new HeldSocket(
                waiting,
                threads,
                requireNonNull(settings.get(policy)),
                counters,
                budget,
                listener,
                outlet,
                sharing);
    }

    /// Returns what is counted.
    public SocketCounters counters() {
        return counters;
    }

    /// Adds a connection; it is dropped again when it has ended.
    public void watch(HeldSocket socket) {
        sockets.add(socket);
    }

    /// Returns how many connections there are; ended ones may be counted for a moment.
    public int size() {
        return sockets.size();
    }

    /// Drops what peers send from now on, so that objects come to an end. What objects send still
    /// leaves.
    public void quieten() {
        sockets.forEach(HeldSocket::quieten);
    }

    /// Closes every connection with code 1001, and waits for their end, but not for long.
    public void goAway() {
        long deadline = waiting.nanoTime() + lingerNanos;
        sockets.forEach(HeldSocket::goAway);
        emptied = Thread.currentThread();
        while (!sockets.isEmpty() && waiting.nanoTime() - deadline < 0) {
            waiting.unpark(thread);
            long now = waiting.nanoTime();
            long nanos = Math.min(TICK_NANOS, deadline - now);
            waiting.awaitUntil(this, sockets::isEmpty, now + nanos);
        }
        sockets.forEach(HeldSocket::abort);
    }

    @Override
    public void close() {
        closed = true;
        waiting.unpark(thread);
    }

    private void look(HeldSocket socket, long now) {
        if (!socket.tick(now)) {
            sockets.remove(socket);
        }
    }

    private void watch() {
        while (!closed) {
            long now = waiting.nanoTime();
            sockets.forEach(
                    socket -> Guarded.run("the watch over a WebSocket", () -> look(socket, now)));
            Guarded.run("a thread that writes", threads::look);
            Thread waiter = emptied;
            if (waiter != null && sockets.isEmpty()) {
                waiting.unpark(waiter);
            }
            waiting.parkNanos(this, TICK_NANOS);
        }
    }
}
