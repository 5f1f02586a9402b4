package dev.durableobjects.internal.engine;

import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.internal.socket.SocketListener;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketListener;
import dev.durableobjects.websocket.WebSocketMessage;

/// A socket of the standard API: turns what happens on its connection into events of the activation
/// that accepted it, for its listener. Used by the connection's thread, but for [#check].
///
/// @param activation which it keeps in memory
/// @param socket as the object knows it
/// @param listener the object's
record StandardSocket(Activation activation, WebSocket socket, WebSocketListener listener)
        implements SocketListener {

    /// Returns the connection.
    HeldSocket held() {
        return (HeldSocket) socket.connection().orElseThrow();
    }

    @Override
    public void check() {
        activation.check();
    }

    @Override
    public void message(WebSocketMessage message) {
        deliver("onMessage", object -> listener.onMessage(socket, message));
    }

    @Override
    public void closed(int code, String reason, boolean wasClean) {
        deliver("onClose", object -> listener.onClose(socket, code, reason, wasClean));
        activation.sockets().remove(this);
    }

    @Override
    public void failed(Throwable error) {
        deliver("onError", object -> listener.onError(socket, error));
        activation.sockets().remove(this);
    }

    private void deliver(String what, Events.Handler handler) {
        if (!new Events(activation).deliver(what, null, handler)) {
            activation.sockets().remove(this);
        }
    }
}
