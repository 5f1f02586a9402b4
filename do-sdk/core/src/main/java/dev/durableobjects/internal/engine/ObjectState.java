package dev.durableobjects.internal.engine;

import dev.durableobjects.AbortOptions;
import dev.durableobjects.Action;
import dev.durableobjects.Callback;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.DurableObjectStorage;
import dev.durableobjects.KeepAlive;
import dev.durableobjects.Limit;
import dev.durableobjects.Schedules;
import dev.durableobjects.Timer;
import dev.durableobjects.internal.storage.ObjectStorage;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketListener;
import dev.durableobjects.websocket.WebSocketRequestResponsePair;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The `ctx` of one activation.
final class ObjectState implements DurableObjectState {

    private static final Duration EVENT_MAX = Duration.ofDays(7);

    private final Activation activation;
    private final ObjectStorage storage;
    private final DurableObjectId id;
    private final Acceptance acceptance;
    private final Room room;

    ObjectState(Activation activation, ObjectClass<?> type, ObjectStorage storage) {
        this.activation = activation;
        this.storage = storage;
        this.acceptance = new Acceptance(activation, type);
        this.room = activation.sockets().room();
        this.id = carried(activation.id(), activation.node().limits().get(Limit.NAME_BYTES));
    }

    @Override
    public DurableObjectId id() {
        return id;
    }

    @Override
    public DurableObjectStorage storage() {
        return storage;
    }

    @Override
    public <R extends @Nullable Object, X extends Exception> R blockConcurrencyWhile(
            Callback<R, X> body) throws X {
        return CriticalSections.run(activation, body);
    }

    @Override
    public <R extends @Nullable Object, X extends Exception> R await(Callback<R, X> body) throws X {
        return activation.outside(body);
    }

    @Override
    public void sleep(Duration duration) {
        activation.<Boolean, RuntimeException>outside(
                () -> activation.node().pause(Node.nanos(duration)));
    }

    @Override
    public Timer setTimeout(Duration delay, Action<?> body) {
        return activation.timers().set(delay, false, body, activation.turn().section());
    }

    @Override
    public Timer setInterval(Duration period, Action<?> body) {
        if (!period.isPositive()) {
            throw new IllegalArgumentException(
                    "an interval's period must be positive, was " + period);
        }
        return activation.timers().set(period, true, body, activation.turn().section());
    }

    @Override
    public void waitUntil(Action<?> task) {
        Objects.requireNonNull(task, "waitUntil needs a task, was null");
        activation.check();
        Node node = activation.node();
        Pins.Pin pin = activation.pins().add(node.after(Limit.PIN_SECONDS));
        node.waiting()
                .start(
                        "durable-wait-until",
                        () -> {
                            try {
                                task.run();
                            } catch (Throwable failure) {
                                Failures.warn(activation + ": a waitUntil task failed", failure);
                            } finally {
                                pin.release();
                            }
                        });
    }

    @Override
    public KeepAlive keepAlive(Duration max) {
        activation.check();
        Pins.Pin pin =
                activation.pins().add(activation.node().waiting().nanoTime() + Node.nanos(max));
        return pin::release;
    }

    @Override
    public Schedules schedules() {
        activation.check();
        return activation.database().schedules();
    }

    @Override
    public void abort(String reason, AbortOptions options) {
        activation.check();
        if (!options.retryAlarm()) {
            activation.breakage().dropAlarm();
        }
        abort(reason);
    }

    @Override
    public void abort(String reason) {
        activation.check();
        activation.breakDown(Kind.ABORTED, reason, null);
        throw new Aborted(reason);
    }

    @Override
    public void acceptWebSocket(WebSocket socket, List<String> tags) {
        activation.check();
        acceptance.hibernatable(socket, tags);
    }

    @Override
    public void accept(WebSocket socket, WebSocketListener listener) {
        activation.check();
        acceptance.standard(socket, Objects.requireNonNull(listener, "listener"));
    }

    @Override
    public List<WebSocket> webSockets() {
        activation.check();
        return room.newestFirst();
    }

    @Override
    public List<WebSocket> webSockets(String tag) {
        activation.check();
        return room.oldestFirst(tag);
    }

    @Override
    public List<String> tags(WebSocket socket) {
        activation.check();
        return Acceptance.inRoom(socket).tags();
    }

    @Override
    public void setWebSocketAutoResponse(WebSocketRequestResponsePair pair) {
        activation.check();
        room.autoResponse(pair);
    }

    @Override
    public void setWebSocketAutoResponse() {
        activation.check();
        room.autoResponse(null);
    }

    @Override
    public Optional<WebSocketRequestResponsePair> webSocketAutoResponse() {
        activation.check();
        return room.autoResponse();
    }

    @Override
    public Optional<Instant> webSocketAutoResponseTimestamp(WebSocket socket) {
        activation.check();
        return Acceptance.inRoom(socket).answered();
    }

    @Override
    public void setHibernatableWebSocketEventTimeout(Duration max) {
        activation.check();
        if (max.compareTo(EVENT_MAX) > 0 || max.isNegative()) {
            throw new IllegalArgumentException(
                    "Event timeout should not exceed %d ms.".formatted(EVENT_MAX.toMillis()));
        }
        room.eventMax(max.isZero() ? null : max);
    }

    @Override
    public Optional<Duration> hibernatableWebSocketEventTimeout() {
        activation.check();
        return room.eventMax();
    }

    private static DurableObjectId carried(DurableObjectId id, int bytesMax) {
        boolean fits =
                id.name()
                        .map(name -> name.getBytes(StandardCharsets.UTF_8).length <= bytesMax)
                        .orElse(true);
        return fits ? id : DurableObjectId.of(id.bytes());
    }
}
