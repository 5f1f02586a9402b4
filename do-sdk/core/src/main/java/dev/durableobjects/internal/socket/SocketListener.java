package dev.durableobjects.internal.socket;

import dev.durableobjects.websocket.WebSocketMessage;

/// What a socket tells its object. Called on the connection's own thread, one call after the other,
/// but for [#check] and [#answers].
public interface SocketListener {

    /// Refuses whoever is not in an event of the object. Any thread may call it.
    ///
    /// @throws IllegalStateException if the calling thread is not
    void check();

    /// Returns whether this message is no event, because the listener has answered it by itself.
    /// The thread that reads calls it, also while another call runs. Never blocks.
    default boolean answers(WebSocketMessage message) {
        return false;
    }

    /// The peer sent a message.
    void message(WebSocketMessage message);

    /// The connection has ended. Nothing is called after this.
    void closed(int code, String reason, boolean wasClean);

    /// The connection broke. Nothing is called after this.
    void failed(Throwable error);
}
