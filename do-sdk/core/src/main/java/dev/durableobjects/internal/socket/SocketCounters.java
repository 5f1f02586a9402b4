package dev.durableobjects.internal.socket;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// Counts what happens on all connections of a runtime. Safe for use by many threads.
public final class SocketCounters {

    private final Map<Count, LongAdder> adders = new EnumMap<>(Count.class);

    SocketCounters() {
        for (Count what : Count.values()) {
            adders.put(what, new LongAdder());
        }
    }

    /// Adds to a count; less than nothing makes it smaller.
    public void add(Count what, long amount) {
        requireNonNull(adders.get(what)).add(amount);
    }

    /// Returns a count. What is added meanwhile may be in it or not.
    public long get(Count what) {
        return requireNonNull(adders.get(what)).sum();
    }

    /// What is counted.
    public enum Count {
        /// Frames that came from peers.
        FRAMES_RECEIVED,
        /// Bytes of payload that came from peers.
        BYTES_RECEIVED,
        /// Frames that were given to the network.
        FRAMES_SENT,
        /// Bytes that were given to the network.
        BYTES_SENT,
        /// Bytes that wait to be sent now.
        BYTES_QUEUED,
        /// Messages that were dropped because a newer one replaced them.
        COALESCED,
        /// Connections that were closed with 1013, whatever was too slow.
        TOO_SLOW,
        /// Connections that were closed with 1008.
        TOO_FAST,
        /// Connections that were failed because the peer broke a rule: 1002, 1007, 1009.
        INVALID,
        /// Connections that were cut off because their peer was silent or did not answer a Close.
        CUT_OFF,
        /// Connections that were ended by a fault of the runtime.
        BROKEN,
        /// Opening handshakes that were answered with 101.
        UPGRADED,
        /// Opening handshakes that were answered with anything else.
        REFUSED
    }
}
