package dev.durableobjects.internal.socket;

import dev.durableobjects.websocket.WebSocketMessage;

/// What a socket tells its object. Called on the connection's own thread, one call after the other;
/// while a call runs, nothing more is read from the peer.
public interface SocketListener {

    /// The peer sent a message.
    void message(WebSocketMessage message);

    /// The connection has ended. Nothing is called after this.
    void closed(int code, String reason, boolean wasClean);

    /// The connection broke. Nothing is called after this.
    void failed(Throwable error);
}
