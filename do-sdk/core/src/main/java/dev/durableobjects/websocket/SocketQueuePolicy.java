package dev.durableobjects.websocket;

/// What becomes of a socket whose peer reads more slowly than its object sends. A setting of a
/// namespace. Immutable.
public enum SocketQueuePolicy {
    /// Every message is kept until those of the events before and the next would make more than
    /// `Limit.SOCKET_QUEUE_BYTES` wait; the connection is then closed with 1013. For messages that
    /// build on each other.
    CLOSE,
    /// When more than `Limit.SOCKET_COALESCE_BYTES` would wait, only what the newest event sends is
    /// kept, text or binary, and the older messages are dropped. For sockets on which each message
    /// is the whole state, so that it replaces those before it. A Close frame comes after the
    /// newest message.
    COALESCE
}
