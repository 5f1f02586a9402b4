package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.internal.socket.SocketListener;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import org.jspecify.annotations.Nullable;

/// Turns what happens on a connection into events of its object. Used by the connection's thread.
final class SocketEvents implements SocketListener {

    private static final System.Logger LOGGER = System.getLogger(SocketEvents.class.getName());

    private final Activation activation;
    private final WebSocket socket;
    private @Nullable HeldSocket held;

    SocketEvents(Activation activation, WebSocket socket) {
        this.activation = activation;
        this.socket = socket;
    }

    /// Adds the connection to the object's sockets.
    void accepted(HeldSocket connection) {
        held = connection;
        activation.sockets().add(connection, socket);
    }

    @Override
    public void message(WebSocketMessage message) {
        deliver(object -> object.webSocketMessage(socket, message));
    }

    @Override
    public void closed(int code, String reason, boolean wasClean) {
        deliver(object -> {
            try {
                object.webSocketClose(socket, code, reason, wasClean);
            } finally {
                forget();
            }
        });
    }

    @Override
    public void failed(Throwable error) {
        deliver(object -> {
            try {
                object.webSocketError(socket, error);
            } finally {
                forget();
            }
        });
    }

    private void forget() {
        if (held != null) {
            activation.sockets().remove(held);
        }
    }

    /// Runs a handler. What it throws concerns nobody outside: it is logged, and the socket stays.
    private void deliver(Handler handler) {
        try {
            if (activation.request().await()) {
                activation.run(
                        1,
                        object -> {
                            handler.handle(object);
                            return true;
                        });
            } else {
                forget();
            }
        } catch (DurableObjectException e) {
            LOGGER.log(System.Logger.Level.WARNING, activation + ": a socket's event failed", e);
        } catch (Exception e) {
            LOGGER.log(System.Logger.Level.ERROR, activation + ": a webSocket handler threw", e);
        }
    }

    /// A handler of the object's class.
    private interface Handler {

        void handle(DurableObject object) throws Exception;
    }
}
