package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.internal.socket.SocketListener;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import dev.durableobjects.websocket.WebSocketRequestResponsePair;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A socket that may hibernate: turns what happens on its connection into events of its object, and
/// wakes the object for them.
///
/// Its listener's side is used by the connection's threads; the rest is safe for use by many.
final class RoomSocket implements SocketListener {

    private static final String TOO_LONG =
            "Actor exceeded event execution time and was disconnected.";

    private final Room room;
    private final InstantSource clock;
    private final WebSocket socket;
    private final List<String> tags;
    private volatile @Nullable Instant answered;

    RoomSocket(Room room, InstantSource clock, WebSocket socket, List<String> tags) {
        this.room = room;
        this.clock = clock;
        this.socket = socket;
        this.tags = tags;
    }

    WebSocket socket() {
        return socket;
    }

    List<String> tags() {
        return tags;
    }

    /// Returns when a message was last answered without the object.
    Optional<Instant> answered() {
        return Optional.ofNullable(answered);
    }

    /// Returns the connection.
    HeldSocket held() {
        return (HeldSocket) socket.connection().orElseThrow();
    }

    @Override
    public void check() {
        room.check();
    }

    @Override
    public boolean answers(WebSocketMessage message) {
        WebSocketRequestResponsePair pair = room.autoResponse().orElse(null);
        if (pair == null
                || !(message instanceof WebSocketMessage.Text(String text))
                || !text.equals(pair.request())) {
            return false;
        }
        answered = clock.instant();
        held().answer(pair.response());
        return true;
    }

    @Override
    public void message(WebSocketMessage message) {
        try {
            deliver("webSocketMessage", object -> object.webSocketMessage(socket, message));
        } catch (Undelivered e) {
            if (e.isClosing) {
                return; // The connection is about to be closed with 1001.
            }
            if (e.isOverload) {
                failed(e);
            }
            room.forget(this);
            held().abort();
        }
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

    /// The socket leaves the room within the event, after its handler.
    private void deliverLast(String what, Events.Handler handler) {
        try {
            deliver(
                    what,
                    object -> {
                        try {
                            handler.handle(object);
                        } finally {
                            room.remove(this);
                        }
                    });
        } catch (Undelivered e) {
            room.forget(this);
        }
    }

    /// @throws Undelivered if the handler did not begin
    private void deliver(String what, Events.Handler handler) {
        Delivery delivery = new Delivery(handler);
        try {
            room.deliver(delivery);
        } catch (Throwable failure) {
            if (delivery.began || !isClosing(failure)) {
                Failures.warn("%s: %s failed".formatted(room, what), failure);
            }
            if (!delivery.began) {
                throw new Undelivered(failure);
            }
        }
    }

    private static boolean isClosing(Throwable failure) {
        return failure instanceof DurableObjectException e && e.kind() == Kind.CLOSED;
    }

    /// One event.
    private final class Delivery implements Event<Boolean, Exception> {

        private final Events.Handler handler;
        private boolean began;

        Delivery(Events.Handler handler) {
            this.handler = handler;
        }

        @Override
        public Boolean run(Activation entered) throws Exception {
            DurableObject object = entered.instance().get();
            began = true;
            if (!room.holds(RoomSocket.this)) {
                return false; // The object that accepted it broke, and this is the next one.
            }
            Timers.Task limit = limit(entered);
            try {
                handler.handle(object);
            } finally {
                if (limit != null) {
                    limit.cancel();
                }
            }
            return true;
        }

        private Timers.@Nullable Task limit(Activation entered) {
            Duration max = room.eventMax().orElse(null);
            if (max == null) {
                return null;
            }
            Node node = entered.node();
            return node.timers()
                    .at(
                            node.waiting().nanoTime() + Node.nanos(max),
                            () -> entered.breakDown(Kind.TIMED_OUT, TOO_LONG, null));
        }
    }

    /// An event that did not reach its object.
    private static final class Undelivered extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final boolean isClosing;
        private final boolean isOverload;

        Undelivered(Throwable cause) {
            super("the object could not take an event of its WebSocket", cause);
            this.isClosing = isClosing(cause);
            this.isOverload = cause instanceof DurableObjectException e && e.overloaded();
        }
    }
}
