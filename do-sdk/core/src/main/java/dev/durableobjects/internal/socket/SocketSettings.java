package dev.durableobjects.internal.socket;

import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.websocket.SocketQueuePolicy;
import java.util.concurrent.TimeUnit;

/// The bounds of a connection. Immutable.
///
/// @param messageBytesMax of a received message
/// @param framesPerSecond that a peer may send
/// @param queueBytesMax that may wait to be sent
/// @param coalesceBytesMax at which only the newest message waits, at most queueBytesMax
/// @param openingBytesMax that may wait before the opening handshake is complete
/// @param policy what becomes of a peer that reads too slowly
/// @param pingNanos between two pings
/// @param closeNanos for the closing handshake, and for the opening one to be completed
/// @param lingerNanos for a peer to read why its connection was failed
record SocketSettings(
        int messageBytesMax,
        int framesPerSecond,
        int queueBytesMax,
        int coalesceBytesMax,
        int openingBytesMax,
        SocketQueuePolicy policy,
        long pingNanos,
        long closeNanos,
        long lingerNanos) {

    static SocketSettings of(Limits limits, SocketQueuePolicy policy) {
        return new SocketSettings(
                limits.get(Limit.SOCKET_MESSAGE_BYTES),
                limits.get(Limit.SOCKET_MESSAGES_PER_SECOND),
                limits.get(Limit.SOCKET_QUEUE_BYTES),
                Math.min(
                        limits.get(Limit.SOCKET_COALESCE_BYTES),
                        limits.get(Limit.SOCKET_QUEUE_BYTES)),
                limits.get(Limit.EVENT_OUTPUT_BYTES),
                policy,
                TimeUnit.SECONDS.toNanos(limits.get(Limit.SOCKET_PING_SECONDS)),
                TimeUnit.SECONDS.toNanos(limits.get(Limit.SOCKET_CLOSE_SECONDS)),
                TimeUnit.SECONDS.toNanos(limits.get(Limit.SOCKET_LINGER_SECONDS)));
    }
}
