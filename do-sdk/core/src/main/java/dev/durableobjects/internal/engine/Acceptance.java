package dev.durableobjects.internal.engine;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.Limit;
import dev.durableobjects.internal.socket.FrameSharing;
import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.internal.socket.Outlet;
import dev.durableobjects.internal.socket.SocketListener;
import dev.durableobjects.internal.value.Unicode;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketListener;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How an activation accepts sockets: the rules, and the connection that each gets. Only the
/// object's thread may use it.
final class Acceptance {

    private static final int TAGS_MAX = 10;
    private static final int TAG_LENGTH_MAX = 256;

    private final Activation activation;
    private final ObjectClass<?> type;
    private final Node node;
    private final FrameSharing sharing = new FrameSharing();

    Acceptance(Activation activation, ObjectClass<?> type) {
        this.activation = activation;
        this.type = type;
        this.node = activation.node();
    }

    /// Accepts a socket that outlives the activation.
    void hibernatable(WebSocket socket, List<String> tags) {
        if (listener(socket) instanceof StandardSocket) {
            throw new IllegalStateException(
                    "Cannot call `acceptWebSocket()` if the WebSocket was already accepted via"
                            + " `accept()`");
        }
        Room room = activation.sockets().room();
        RoomSocket accepted = new RoomSocket(room, node.clock(), socket, distinct(tags));
        HeldSocket held = connect(socket, accepted, room::outlet, room.sharing());
        if (!room.add(accepted)) {
            held.abort();
        }
    }

    /// Accepts a socket that keeps the activation in memory.
    void standard(WebSocket socket, WebSocketListener listener) {
        if (listener(socket) instanceof RoomSocket) {
            throw new IllegalStateException("Can't accept() WebSocket after enabling hibernation.");
        }
        StandardSocket accepted = new StandardSocket(activation, socket, listener);
        HeldSocket held = connect(socket, accepted, activation::outlet, sharing);
        if (!activation.sockets().add(accepted)) {
            held.abort();
        }
    }

    /// Returns the tags of a socket.
    ///
    /// @throws IllegalStateException if no room has accepted it
    static List<String> tags(WebSocket socket) {
        SocketListener listener = listener(socket);
        if (listener instanceof RoomSocket accepted) {
            return accepted.tags();
        }
        throw new IllegalStateException(
                listener == null
                        ? "you must call 'acceptWebSocket()' before attempting to access the tags"
                                + " of a WebSocket."
                        : "only hibernatable websockets can have tags.");
    }

    /// Returns when a message of a socket was last answered without the object.
    static Optional<Instant> answered(WebSocket socket) {
        return listener(socket) instanceof RoomSocket accepted
                ? accepted.answered()
                : Optional.empty();
    }

    private static @Nullable SocketListener listener(WebSocket socket) {
        return socket.connection()
                .map(connection -> ((HeldSocket) connection).listener())
                .orElse(null);
    }

    private static List<String> distinct(List<String> tags) {
        SequencedSet<String> distinct = new LinkedHashSet<>();
        for (String tag : tags) {
            if (distinct.size() >= TAGS_MAX) {
                throw new IllegalArgumentException(
                        "a Hibernatable WebSocket cannot have more than %d tags"
                                .formatted(TAGS_MAX));
            }
            String valid = Unicode.scalars(requireNonNull(tag, "a tag must be a text, was null"));
            if (valid.length() > TAG_LENGTH_MAX) {
                throw new IllegalArgumentException(
                        "\"%s\" is longer than the max tag length (%d characters)."
                                .formatted(valid, TAG_LENGTH_MAX));
            }
            distinct.add(valid);
        }
        return List.copyOf(distinct);
    }

    private HeldSocket connect(
            WebSocket socket,
            SocketListener listener,
            Supplier<Outlet> outlet,
            FrameSharing shared) {
        int max = node.limits().get(Limit.SOCKETS_PER_OBJECT);
        if (activation.sockets().size() + activation.sockets().room().size() >= max) {
            throw new IllegalStateException(
                    "only %d websockets can be accepted on a single Durable Object instance"
                            .formatted(max));
        }
        HeldSocket held = node.sockets().make(type.socketQueuePolicy(), listener, outlet, shared);
        socket.connect(held);
        node.sockets().watch(held);
        return held;
    }
}
