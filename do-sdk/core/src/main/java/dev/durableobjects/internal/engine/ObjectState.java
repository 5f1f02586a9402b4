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
import dev.durableobjects.internal.socket.FrameSharing;
import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.internal.storage.ObjectStorage;
import dev.durableobjects.websocket.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The `ctx` of one activation.
final class ObjectState implements DurableObjectState {

    private final Activation activation;
    private final ObjectStorage storage;
    private final DurableObjectId id;
    private final FrameSharing sharing = new FrameSharing();

    ObjectState(Activation activation, ObjectStorage storage) {
        this.activation = activation;
        this.storage = storage;
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
