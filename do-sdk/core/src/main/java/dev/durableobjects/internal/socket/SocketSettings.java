package dev.durableobjects.internal.socket;

import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import java.util.concurrent.TimeUnit;

/// The bounds of a connection. Immutable.
///
/// @param messageBytesMax of a received message
/// @param queueBytesMax that may wait to be sent
/// @param pingNanos between two pings
/// @param closeNanos for the closing handshake, and for the opening one to be completed
/// @param lingerNanos for a peer to read why its connection was failed
record SocketSettings(
        int messageBytesMax, int queueBytesMax, long pingNanos, long closeNanos, long lingerNanos) {

    static SocketSettings of(Limits limits) {
        return new SocketSettings(
                limits.get(Limit.SOCKET_MESSAGE_BYTES),
                limits.get(Limit.SOCKET_QUEUE_BYTES),
                TimeUnit.SECONDS.toNanos(limits.get(Limit.SOCKET_PING_SECONDS)),
                TimeUnit.SECONDS.toNanos(limits.get(Limit.SOCKET_CLOSE_SECONDS)),
                TimeUnit.SECONDS.toNanos(limits.get(Limit.SOCKET_LINGER_SECONDS)));
    }
}
