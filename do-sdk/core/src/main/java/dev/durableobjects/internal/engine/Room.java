package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Env;
import dev.durableobjects.internal.socket.FrameSharing;
import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.internal.socket.Outlet;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketRequestResponsePair;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// The hibernatable sockets of one object, and what is to be known of them while the object is not
/// in memory.
///
/// Each activation of the object enters the room that the one before has left; a break ends it.
/// Safe for use by many threads.
final class Room {

    private final ObjectDirectory directory;
    private final ObjectClass<?> type;
    private final DurableObjectId id;
    private final Env env;
    private final FrameSharing sharing = new FrameSharing();

    // Guarded by this. In the order of acceptance.
    private final SequencedSet<RoomSocket> sockets = new LinkedHashSet<>();
    private final Map<String, SequencedSet<RoomSocket>> tagged = new HashMap<>();
    private boolean ended;

    // Guarded by the map of Rooms.
    private boolean entered;

    // Written inside the input gate, read by any thread.
    private volatile @Nullable WebSocketRequestResponsePair autoResponse;
    private volatile @Nullable Duration eventMax;

    Room(ObjectDirectory directory, ObjectClass<?> type, DurableObjectId id, Env env) {
        this.directory = directory;
        this.type = type;
        this.id = id;
        this.env = env;
    }

    DurableObjectId id() {
        return id;
    }

    FrameSharing sharing() {
        return sharing;
    }

    boolean isEntered() {
        return entered;
    }

    /// An activation begins to use the room.
    void enter() {
        entered = true;
    }

    /// The activation leaves memory.
    void leave() {
        entered = false;
        sharing.clear();
    }

    /// Runs an event of a socket in the object, on the calling thread, and wakes the object for it.
    <X extends Exception> void deliver(Event<Boolean, X> event) throws X {
        directory.deliver(type, id, env, event);
    }

    /// Refuses whoever is not in an event of the object.
    void check() {
        directory.check(id);
    }

    /// Returns what lets effects of the event that runs out.
    Outlet outlet() {
        return directory.outlet(id);
    }

    /// Removes a socket whose object is not in memory, as far as anybody knows.
    void forget(RoomSocket socket) {
        remove(socket);
        directory.rooms().tidy(this);
    }

    synchronized int size() {
        return sockets.size();
    }

    /// Adds a socket.
    ///
    /// @return false if the object broke meanwhile; the socket is not added then
    synchronized boolean add(RoomSocket socket) {
        if (ended) {
            return false;
        }
        sockets.add(socket);
        for (String tag : socket.tags()) {
            tagged.computeIfAbsent(tag, key -> new LinkedHashSet<>()).add(socket);
        }
        return true;
    }

    synchronized void remove(RoomSocket socket) {
        sockets.remove(socket);
        for (String tag : socket.tags()) {
            tagged.computeIfPresent(
                    tag,
                    (key, those) -> {
                        those.remove(socket);
                        return those.isEmpty() ? null : those;
                    });
        }
    }

    synchronized boolean holds(RoomSocket socket) {
        return sockets.contains(socket);
    }

    /// Returns the sockets, newest first.
    synchronized List<WebSocket> newestFirst() {
        return open(sockets.reversed());
    }

    /// Returns the sockets that have a tag, oldest first.
    synchronized List<WebSocket> oldestFirst(String tag) {
        SequencedSet<RoomSocket> those = tagged.get(tag);
        return those == null ? List.of() : open(those);
    }

    /// Without those that the object has closed: to these it cannot send, and one of them must not
    /// break a broadcast to the others.
    private static List<WebSocket> open(SequencedSet<RoomSocket> those) {
        return those.stream()
                .filter(one -> !one.held().isClosedByObject())
                .map(RoomSocket::socket)
                .toList();
    }

    /// Ends all connections at once, now and later.
    void end() {
        List<RoomSocket> all;
        synchronized (this) {
            ended = true;
            all = List.copyOf(sockets);
            sockets.clear();
            tagged.clear();
        }
        all.stream().map(RoomSocket::held).forEach(HeldSocket::abort);
    }

    void autoResponse(@Nullable WebSocketRequestResponsePair pair) {
        autoResponse = pair;
    }

    Optional<WebSocketRequestResponsePair> autoResponse() {
        return Optional.ofNullable(autoResponse);
    }

    void eventMax(@Nullable Duration max) {
        eventMax = max;
    }

    /// Returns how long an event of a socket may take.
    Optional<Duration> eventMax() {
        return Optional.ofNullable(eventMax);
    }

    @Override
    public String toString() {
        return type.nameOf(id);
    }
}
