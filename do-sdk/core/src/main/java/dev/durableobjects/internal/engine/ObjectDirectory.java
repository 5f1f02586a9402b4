package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.ShutdownReason;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.gate.InputGate;
import dev.durableobjects.internal.journal.Checkpointer;
import dev.durableobjects.internal.socket.Outlet;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Finds the live activation of an object, or makes one, and runs events in it: the door of the
/// engine.
///
/// Safe for use by many threads.
public final class ObjectDirectory {

    private final Node node;
    private final ConcurrentMap<DurableObjectId, Activation> live = new ConcurrentHashMap<>();
    private final Rooms rooms = new Rooms(this);
    private final Eviction eviction;
    private final Semaphore places;
    private final int depthMax;
    private volatile boolean closing;

    // Guarded by this.
    private boolean ended;

    /// Makes an empty directory.
    public ObjectDirectory(Node node) {
        this.node = node;
        this.eviction = new Eviction(node, live.values());
        this.places = new Semaphore(node.limits().get(Limit.LIVE_OBJECTS));
        this.depthMax = node.limits().get(Limit.CALL_DEPTH);
    }

    /// Runs an event in an object, on the calling thread.
    ///
    /// A caller that is itself inside an object leaves it for the time of the call: what it wrote
    /// is durable before the call starts, and other events run in it meanwhile.
    ///
    /// @return the event's result, once everything it depends on is durable
    /// @throws X what the event throws
    /// @throws DurableObjectException if the object cannot run it
    <R extends @Nullable Object, X extends Exception> R call(
            ObjectClass<?> type, DurableObjectId id, Env env, Event<R, X> event) throws X {
        Turn caller = Turn.bound();
        if (caller == null) {
            refuseIfClosing();
            return new Entry(type, id, env, Asker.CALLER).run(event);
        }
        if (caller.depth() >= depthMax) {
            throw new IllegalStateException(
                    "calls from object to object are nested deeper than %d".formatted(depthMax));
        }
        Activation calling = caller.activation();
        if (!calling.gate().isHeldByCurrentThread()) {
            return new Entry(type, id, env, Asker.CALLER).run(event);
        }
        calling.settle();
        Entry entry = new Entry(type, id, env, Asker.CALLER);
        calling.gate().goOut();
        try {
            return entry.run(event);
        } finally {
            calling.comeBack(caller);
        }
    }

    /// Runs an event of a socket that may hibernate, on the connection's thread: it wakes the
    /// object, as a call does, but it waits in any case, because the number of sockets is bounded.
    /// A runtime that closes wakes no object for it.
    ///
    /// @throws X what the event throws
    /// @throws DurableObjectException if the object cannot run it
    <X extends Exception> void deliver(
            ObjectClass<?> type, DurableObjectId id, Env env, Event<Boolean, X> event) throws X {
        new Entry(type, id, env, Asker.SOCKET).run(event);
    }

    /// Returns what lets effects of the event that runs in an object out.
    ///
    /// @throws IllegalStateException if the calling thread is not in an event of the object
    Outlet outlet(DurableObjectId id) {
        return inMemory(id).outlet();
    }

    /// Refuses whoever is not in an event of an object.
    ///
    /// @throws IllegalStateException if the calling thread is not
    void check(DurableObjectId id) {
        inMemory(id).check();
    }

    private Activation inMemory(DurableObjectId id) {
        Activation known = live.get(id);
        if (known == null) {
            throw new IllegalStateException(
                    "the sockets of an object may be used by its own events only, and the object is"
                            + " not in memory. Call a method of the object instead.");
        }
        return known;
    }

    /// Returns the hibernatable sockets of all objects.
    Rooms rooms() {
        return rooms;
    }

    /// Runs one more event in an activation that a call before has reached.
    ///
    /// @throws DurableObjectException if the activation has ended since
    <R extends @Nullable Object> R again(Activation activation, Event<R, Exception> event)
            throws Exception {
        Turn caller = Turn.bound();
        if (caller != null && caller.activation().gate().isHeldByCurrentThread()) {
            return caller.activation().outside(() -> enter(activation, event));
        }
        return enter(activation, event);
    }

    private static <R extends @Nullable Object> R enter(
            Activation activation, Event<R, Exception> event) throws Exception {
        if (!activation.request().await()) {
            activation.checkUnserved();
            throw new DurableObjectException(
                    Kind.RESET, activation.id(), activation + " has left memory", null);
        }
        return activation.run(new Turn(activation, Turn.sectionOf(activation)), event);
    }

    /// Lets the calling thread pause; if it is inside an object, other events run in it meanwhile.
    void pause(long nanos) {
        Turn caller = Turn.bound();
        if (caller != null && caller.activation().gate().isHeldByCurrentThread()) {
            caller.activation().sleep(nanos);
        } else {
            node.pause(nanos);
        }
    }

    /// Checkpoints the database of an object in memory.
    ///
    /// @param use gets its file then, to make it durable or to copy it
    /// @return false if the object is not in memory, or has not opened its database
    /// @throws IOException if that cannot be done
    public boolean checkpoint(DurableObjectId id, Checkpointer.Use use) throws IOException {
        for (Activation known = live.get(id); known != null; known = live.get(id)) {
            try {
                return known.checkpoints().run(use);
            } catch (DurableObjectException | ClosedChannelException e) {
                if (!known.closed().awaitUntil(node.after(Limit.COMMIT_SECONDS))) {
                    throw new IOException(known + " was not checkpointed", e);
                }
            }
        }
        return false;
    }

    /// Resets an object, if it is in memory.
    void reset(DurableObjectId id, String why) {
        Activation known = live.get(id);
        if (known != null) {
            known.breakDown(Kind.ABORTED, why, null);
        }
    }

    /// Returns how many objects are in memory.
    public int size() {
        return live.size();
    }

    /// Lets an object leave memory once its events have ended.
    ///
    /// @throws IllegalStateException if it is not in memory, or cannot leave
    void evict(DurableObjectId id) {
        eviction.evictNow(live.get(id));
    }

    /// Refuses new calls from outside. What is under way may still call from object to object.
    public void refuse() {
        closing = true;
    }

    /// Lets the events under way finish, lets every object leave, and closes every database. Call
    /// [#refuse] before.
    ///
    /// @param deadline when to break what still runs, a time of the engine's waiting
    public void close(long deadline) {
        eviction.close();
        // A call from object to object may bring one more into memory meanwhile.
        while (!endIfEmpty() && node.waiting().nanoTime() - deadline < 0) {
            List<Activation> ending = List.copyOf(live.values());
            ending.forEach(activation ->
                    node.waiting().start("durable-last-word", () -> end(activation, deadline)));
            ending.forEach(activation -> activation.closed().awaitUntil(deadline));
        }
        List<Activation> stuck = end();
        stuck.forEach(activation ->
                activation.cutShort(Kind.CLOSED, "the runtime did not wait any longer"));
        long end = node.after(Limit.SHUTDOWN_SECONDS);
        stuck.forEach(activation -> activation.closed().awaitUntil(end));
    }

    /// From here on nobody gets in any more, not even who has waited for an object to leave: its
    /// files would stay open.
    private synchronized boolean endIfEmpty() {
        ended = live.isEmpty();
        return ended;
    }

    private synchronized List<Activation> end() {
        ended = true;
        return List.copyOf(live.values());
    }

    private static void end(Activation activation, long deadline) {
        if (activation.gate().closeBehindMeUntil(deadline)) {
            LastWord.end(activation, ShutdownReason.SERVER_SHUTDOWN);
        }
    }

    private Activation activation(ObjectClass<?> type, DurableObjectId id, Env env) {
        Activation known = live.get(id); // Reading first saves the lock.
        if (known != null) {
            return known;
        }
        while (true) {
            Activation made = tryMake(type, id, env);
            if (made != null) {
                return made;
            }
            if (!eviction.makeRoom() && !live.containsKey(id)) {
                throw new DurableObjectException(
                        Kind.OVERLOADED,
                        id,
                        "all %d places for objects in memory are taken, and no object there is idle"
                                .formatted(live.size()),
                        null);
            }
        }
    }

    /// Takes a place and makes an activation in one step, so that nobody finds all places taken
    /// while the one for the same object is on its way.
    ///
    /// @return the activation of the object, or null if there is none and no place for one
    /// @throws DurableObjectException if there will be none any more
    private synchronized @Nullable Activation tryMake(
            ObjectClass<?> type, DurableObjectId id, Env env) {
        Activation known = live.get(id);
        if (known != null) {
            return known;
        }
        if (ended) {
            throw closed();
        }
        if (!places.tryAcquire()) {
            return null;
        }
        Sockets sockets = new Sockets(rooms, type, id, env);
        Activation made = new Activation(node, type, id, env, sockets, this::forget);
        live.put(id, made);
        return made;
    }

    private void forget(Activation closed) {
        closed.sockets().leave(); // Before the next activation may enter the room.
        places.release(); // Before: an object that is gone has no place.
        live.remove(closed.id(), closed);
    }

    private void refuseIfClosing() {
        if (closing) {
            throw closed();
        }
    }

    private static DurableObjectException closed() {
        return new DurableObjectException(Kind.CLOSED, null, "the runtime is shutting down", null);
    }

    /// Who asks for a place.
    private enum Asker {
        CALLER,
        SOCKET
    }

    /// A place in the order of an object's events.
    private final class Entry {

        private final ObjectClass<?> type;
        private final DurableObjectId id;
        private final Env env;
        private final Asker asker;
        private final Activation activation;
        private final InputGate.Ticket ticket;

        /// Whether the activation had ended before: then the place is one in the next.
        private final boolean isLate;

        /// Takes the place, without waiting: the caller may still be inside another object.
        Entry(ObjectClass<?> type, DurableObjectId id, Env env, Asker asker) {
            this.type = type;
            this.id = id;
            this.env = env;
            this.asker = asker;
            if (asker == Asker.SOCKET && !live.containsKey(id)) {
                refuseIfClosing();
            }
            this.activation = activation(type, id, env);
            this.ticket =
                    switch (asker) {
                        case CALLER -> activation.request();
                        case SOCKET -> activation.gate().requestAlways(null);
                    };
            this.isLate = ticket.isRefused();
        }

        <R extends @Nullable Object, X extends Exception> R run(Event<R, X> event) throws X {
            if (ticket.isWaiting()) {
                event.waits();
            }
            if (entered()) {
                return activation.run(
                        new Turn(activation, Turn.sectionOf(activation)),
                        entered -> outgoing(event.run(entered)));
            }
            if (!isLate) {
                activation.checkUnserved();
            }
            awaitClosed(activation);
            return new Entry(type, id, env, asker).run(event);
        }

        @SuppressWarnings("unchecked") // A response is replaced by a response.
        private <R extends @Nullable Object> R outgoing(R result) {
            return result instanceof Response response
                    ? (R) ObjectChunks.wrap(ObjectDirectory.this, activation, response)
                    : result;
        }

        private void awaitClosed(Activation ending) {
            if (!ending.isBroken() && Turn.leadsThrough(ending)) {
                throw new IllegalStateException(
                        "a call by preShutdown of %s came back to it, where nobody enters any more"
                                .formatted(ending));
            }
            if (!ending.closed().awaitUntil(node.after(Limit.COMMIT_SECONDS))) {
                ending.checkUnserved();
                throw new DurableObjectException(
                        Kind.OVERLOADED, id, ending + " takes too long to leave memory", null);
            }
        }

        private boolean entered() {
            try {
                return asker == Asker.SOCKET ? ticket.await() : ticket.awaitInterruptibly();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DurableObjectException(
                        Kind.CANCELLED, id, "the caller was interrupted before its call began", e);
            }
        }
    }
}
