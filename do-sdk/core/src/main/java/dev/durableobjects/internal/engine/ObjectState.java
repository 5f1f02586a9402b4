package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.DurableObjectStorage;
import dev.durableobjects.Limit;
import dev.durableobjects.internal.socket.FrameSharing;
import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.internal.storage.ObjectDatabase;
import dev.durableobjects.websocket.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The `ctx` of one activation.
final class ObjectState implements DurableObjectState {

    private final Activation activation;
    private final ObjectDatabase database;
    private final DurableObjectId id;
    private final FrameSharing sharing = new FrameSharing();

    ObjectState(Activation activation, ObjectDatabase database) {
        this.activation = activation;
        this.database = database;
        this.id = carried(activation.id(), activation.node().limits().get(Limit.NAME_BYTES));
    }

    @Override
    public DurableObjectId id() {
        return id;
    }

    @Override
    public DurableObjectStorage storage() {
        return database;
    }

    @Override
    public void acceptWebSocket(WebSocket socket) {
        activation.check();
        int max = activation.node().limits().get(Limit.SOCKETS_PER_OBJECT);
        if (activation.sockets().size() >= max) {
            throw new IllegalStateException(
                    "only %d websockets can be accepted on a single Durable Object instance"
                            .formatted(max));
        }
        SocketEvents events = new SocketEvents(activation, socket);
        HeldSocket held =
                new HeldSocket(
                        activation.node().waiting(),
                        activation.node().limits(),
                        events,
                        activation::release,
                        sharing);
        socket.connect(held);
        events.accepted(held);
        activation.node().sockets().watch(held);
    }

    @Override
    public List<WebSocket> webSockets() {
        activation.check();
        return activation.sockets().newestFirst();
    }

    private static DurableObjectId carried(DurableObjectId id, int bytesMax) {
        boolean fits =
                id.name()
                        .map(name -> name.getBytes(StandardCharsets.UTF_8).length <= bytesMax)
                        .orElse(true);
        return fits ? id : DurableObjectId.of(id.bytes());
    }
}
