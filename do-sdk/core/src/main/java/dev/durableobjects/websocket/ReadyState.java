package dev.durableobjects.websocket;

/// The state of a connection, in the words and the order of the WHATWG WebSockets standard.
/// Immutable.
public enum ReadyState {
    /// The object has not accepted the socket.
    CONNECTING,
    /// Messages can be sent; they wait until the opening handshake is complete.
    OPEN,
    /// A Close frame was sent or received, and the closing handshake is under way.
    CLOSING,
    /// The connection has ended.
    CLOSED
}
