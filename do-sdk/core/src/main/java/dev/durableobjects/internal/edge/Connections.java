package dev.durableobjects.internal.edge;

import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.socket.SocketCounters;
import dev.durableobjects.internal.socket.SocketCounters.Count;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The WebSocket connections of a runtime, opening handshakes included, and their bounds. Safe for
/// use by many threads.
public final class Connections {

    private static final int NETWORK_BYTES = 8;

    private final SocketCounters counters;
    private final int max;
    private final int perAddressMax;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentHashMap<String, Integer> byAddress = new ConcurrentHashMap<>();

    /// Starts with none.
    ///
    /// @param counters where handshakes are counted
    public Connections(Limits limits, SocketCounters counters) {
        this.counters = counters;
        this.max = limits.get(Limit.SOCKETS_PER_NODE);
        this.perAddressMax = limits.get(Limit.SOCKETS_PER_ADDRESS);
    }

    /// Returns how many there are.
    public int size() {
        return open.get();
    }

    /// Adds a connection; unless it was refused, a call of [#leave] follows.
    ///
    /// @return the refusal, if there are too many
    Optional<Response> enter(SocketAddress peer) {
        if (open.incrementAndGet() > max) {
            open.decrementAndGet();
            return Optional.of(FailureResponses.unavailable());
        }
        if (byAddress.merge(network(peer), 1, Integer::sum) > perAddressMax) {
            leave(peer);
            return Optional.of(
                    FailureResponses.later(
                            429,
                            "Too many connections from your address. Please try again later.",
                            Duration.ofSeconds(1)));
        }
        return Optional.empty();
    }

    /// Removes a connection.
    void leave(SocketAddress peer) {
        byAddress.computeIfPresent(network(peer), (_, count) -> count > 1 ? count - 1 : null);
        open.decrementAndGet();
    }

    void count(Count what) {
        counters.add(what, 1);
    }

    /// A household or a host has a whole IPv6 network of 64 bits.
    private static String network(SocketAddress peer) {
        InetAddress address =
                peer instanceof InetSocketAddress internet ? internet.getAddress() : null;
        if (address == null) {
            return peer.toString();
        }
        byte[] bytes = address.getAddress();
        int length = address instanceof Inet6Address ? NETWORK_BYTES : bytes.length;
        return HexFormat.of().formatHex(bytes, 0, length);
    }
}
