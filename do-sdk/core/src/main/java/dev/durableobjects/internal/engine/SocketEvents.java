package dev.durableobjects.internal.engine;

import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.internal.socket.SocketListener;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import org.jspecify.annotations.Nullable;

/// Turns what happens on a connection into events of its object. Used by the connection's thread.
final class SocketEvents implements SocketListener {

    private final Activation activation;
    private final Events events;
    private final WebSocket socket;
    private volatile @Nullable HeldSocket held;

    SocketEvents(Activation activation, WebSocket socket) {
        this.activation = activation;
        this.events = new Events(activation);
        this.socket = socket;
    }

    /// Adds the connection to the object's sockets.
    void accepted(HeldSocket connection) {
        held = connection;
        activation.sockets().add(connection, socket);
    }

    @Override
    public void message(WebSocketMessage message) {
        deliver("webSocketMessage", object -> object.webSocketMessage(socket, message));
    }

    @Override
    public void closed(int code, String reason, boolean wasClean) {
        deliverLast(
                "webSocketClose", object -> object.webSocketClose(socket, code, reason, wasClean));
    }

    @Override
    public void failed(Throwable error) {
        deliverLast("webSocketError", object -> object.webSocketError(socket, error));
    }

    private void deliver(String what, Events.Handler handler) {
        if (!events.deliver(what, null, handler)) {
            forget();
        }
    }

    /// The socket leaves the object's sockets within the event, after its handler.
    private void deliverLast(String what, Events.Handler handler) {
        deliver(
                what,
                object -> {
                    try {
                        handler.handle(object);
                    } finally {
                        forget();
                    }
                });
    }

    private void forget() {
        HeldSocket connection = held;
        if (connection != null) {
            activation.sockets().remove(connection);
        }
    }
}
