package dev.durableobjects.internal.engine;

import static java.util.Objects.requireNonNull;

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
import dev.durableobjects.internal.value.Unicode;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketListener;
import dev.durableobjects.websocket.WebSocketRequestResponsePair;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The `ctx` of one activation. Only the object's thread may use it, but any thread may ask for the
/// id.
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
        requireNonNull(body, "body must be a callback, was null");
        return CriticalSections.run(activation, body);
    }

    @Override
    public <R extends @Nullable Object, X extends Exception> R await(Callback<R, X> body) throws X {
        requireNonNull(body, "body must be a callback, was null");
        return activation.outside(body);
    }

    @Override
    public void sleep(Duration duration) {
        requireNonNull(duration, "duration must be a Duration, was null");
        activation.sleep(Node.nanos(duration));
    }

    @Override
    public Timer setTimeout(Duration delay, Action<?> body) {
        requireNonNull(delay, "delay must be a Duration, was null");
        requireNonNull(body, "body must be an action, was null");
        return activation.timers().set(delay, false, body, activation.turn().section());
    }

    @Override
    public Timer setInterval(Duration period, Action<?> body) {
        requireNonNull(period, "period must be a Duration, was null");
        requireNonNull(body, "body must be an action, was null");
        if (!period.isPositive()) {
            throw new IllegalArgumentException(
                    "an interval's period must be positive, was " + period);
        }
        return activation.timers().set(period, true, body, activation.turn().section());
    }

    @Override
    public void waitUntil(Action<?> task) {
        requireNonNull(task, "task must be an action, was null");
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
        requireNonNull(max, "max must be a Duration, was null");
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
        requireNonNull(reason, "reason must be a text, was null");
        requireNonNull(options, "options must be AbortOptions, was null");
        activation.check();
        if (!options.retryAlarm()) {
            activation.breakage().dropAlarm();
        }
        abort(reason);
    }

    @Override
    public void abort(String reason) {
        requireNonNull(reason, "reason must be a text, was null");
        activation.check();
        activation.breakDown(Kind.ABORTED, reason, null);
        throw new Aborted(reason);
    }

    @Override
    public void acceptWebSocket(WebSocket socket, List<String> tags) {
        requireNonNull(socket, "socket must be an end of a WebSocketPair, was null");
        requireNonNull(tags, "tags must be a list, was null");
        activation.check();
        acceptance.hibernatable(socket, tags);
    }

    @Override
    public void accept(WebSocket socket, WebSocketListener listener) {
        requireNonNull(socket, "socket must be an end of a WebSocketPair, was null");
        requireNonNull(listener, "listener must be a WebSocketListener, was null");
        activation.check();
        acceptance.standard(socket, listener);
    }

    @Override
    public List<WebSocket> webSockets() {
        activation.check();
        return room.newestFirst();
    }

    @Override
    public List<WebSocket> webSockets(String tag) {
        requireNonNull(tag, "tag must be a text, was null");
        activation.check();
        return room.oldestFirst(Unicode.scalars(tag));
    }

    @Override
    public List<String> tags(WebSocket socket) {
        requireNonNull(socket, "socket must be an accepted WebSocket, was null");
        activation.check();
        return Acceptance.tags(socket);
    }

    @Override
    public void setWebSocketAutoResponse(WebSocketRequestResponsePair pair) {
        requireNonNull(pair, "pair must be a pair of texts, was null");
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
        requireNonNull(socket, "socket must be an accepted WebSocket, was null");
        activation.check();
        return Acceptance.answered(socket);
    }

    @Override
    public void setHibernatableWebSocketEventTimeout(Duration max) {
        requireNonNull(max, "max must be a Duration, was null");
        activation.check();
        if (max.isNegative()) {
            throw new IllegalArgumentException(
                    "an event's time-out must be positive, or zero for none, was " + max);
        }
        if (max.compareTo(EVENT_MAX) > 0) {
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
