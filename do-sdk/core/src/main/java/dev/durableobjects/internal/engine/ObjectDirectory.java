package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.internal.gate.InputGate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/// Finds the live activation of an object, or makes one, and runs events in it: the door of the
/// engine.
///
/// Safe for use by many threads.
public final class ObjectDirectory {

    private final Node node;
    private final ConcurrentMap<DurableObjectId, Activation> live = new ConcurrentHashMap<>();
    private volatile boolean closing;

    /// Makes an empty directory.
    public ObjectDirectory(Node node) {
        this.node = node;
    }

    /// Runs an event in an object, on the calling thread.
    ///
    /// A caller that is itself inside an object leaves it for the time of the call: what it wrote
    /// is durable before the call starts, and other events run in it meanwhile.
    ///
    /// @return the event's result, once everything it depends on is durable
    /// @throws X what the event throws
    /// @throws DurableObjectException if the object cannot run it
    public <R extends @Nullable Object, X extends Exception> R call(
            ObjectClass<?> type, DurableObjectId id, Env env, Event<R, X> event) throws X {
        int depth = Turn.nextDepth();
        int depthMax = node.limits().get(Limit.CALL_DEPTH);
        if (depth > depthMax) {
            throw new IllegalStateException(
                    "calls from object to object are nested deeper than %d".formatted(depthMax));
        }
        Optional<Turn> caller = Turn.current();
        if (caller.isEmpty()) {
            refuseIfClosing();
            return request(type, id, env).run(depth, event);
        }
        Activation calling = caller.get().activation();
        calling.settle();
        Entry entry = request(type, id, env);
        calling.leave();
        try {
            return entry.run(depth, event);
        } finally {
            calling.reenter();
        }
    }

    /// Returns how many objects are in memory.
    public int size() {
        return live.size();
    }

    /// Refuses new calls from outside. What is under way may still call from object to object.
    public void refuse() {
        closing = true;
    }

    /// Lets the events under way finish, and closes every database. Call [#refuse] before.
    ///
    /// @param nanos how long to wait before breaking what still runs
    public void close(long nanos) {
        long deadline = node.waiting().nanoTime() + nanos;
        while (!live.isEmpty()) {
            for (Activation activation : List.copyOf(live.values())) {
                activation.close(deadline);
                live.remove(activation.id(), activation);
            }
        }
    }

    private Entry request(ObjectClass<?> type, DurableObjectId id, Env env) {
        Activation known = live.get(id); // Reading first saves the lock of computeIfAbsent.
        Activation activation =
                known != null
                        ? known
                        : live.computeIfAbsent(id, key -> new Activation(node, type, key, env));
        return new Entry(activation, activation.request(), type, env);
    }

    private void refuseIfClosing() {
        if (closing) {
            throw new DurableObjectException(Kind.CLOSED, "the runtime is shutting down", null);
        }
    }

    /// A place in the order of an activation's events.
    private final class Entry {

        private final Activation activation;
        private final InputGate.Ticket ticket;
        private final ObjectClass<?> type;
        private final Env env;

        Entry(Activation activation, InputGate.Ticket ticket, ObjectClass<?> type, Env env) {
            this.activation = activation;
            this.ticket = ticket;
            this.type = type;
            this.env = env;
        }

        <R extends @Nullable Object, X extends Exception> R run(int depth, Event<R, X> event)
                throws X {
            if (entered()) {
                try {
                    return activation.run(depth, event);
                } finally {
                    if (activation.isBroken()) {
                        live.remove(activation.id(), activation);
                    }
                }
            }
            live.remove(activation.id(), activation);
            activation.throwIfBroken(null);
            refuseIfClosing();
            return request(type, activation.id(), env).run(depth, event);
        }

        private boolean entered() {
            try {
                return ticket.awaitInterruptibly();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DurableObjectException(
                        Kind.CANCELLED,
                        activation.id(),
                        "the caller was interrupted before its call began",
                        e);
            }
        }
    }
}
