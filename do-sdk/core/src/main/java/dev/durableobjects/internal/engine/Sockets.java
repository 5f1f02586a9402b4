package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Env;
import dev.durableobjects.internal.socket.HeldSocket;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The sockets that one activation has to do with: those of the standard API, which end with it and
/// keep it in memory, and the [Room] of its object, which outlives it. Safe for use by many
/// threads.
final class Sockets {

    private final Rooms rooms;
    private final ObjectClass<?> type;
    private final DurableObjectId id;
    private final Env env;

    // Guarded by this.
    private final Set<StandardSocket> standard = Collections.newSetFromMap(new IdentityHashMap<>());
    private @Nullable Room room;
    private boolean ended;

    Sockets(Rooms rooms, ObjectClass<?> type, DurableObjectId id, Env env) {
        this.rooms = rooms;
        this.type = type;
        this.id = id;
        this.env = env;
    }

    /// Returns the room of the object. Only the activation that is in the directory may ask.
    synchronized Room room() {
        if (room == null) {
            room = rooms.enter(type, id, env);
        }
        return room;
    }

    /// Returns how many sockets keep the activation in memory.
    synchronized int size() {
        return standard.size();
    }

    /// Adds a socket of the standard API.
    ///
    /// @return false if the activation has ended; the socket is not added then
    synchronized boolean add(StandardSocket socket) {
        return !ended && standard.add(socket);
    }

    synchronized void remove(StandardSocket socket) {
        standard.remove(socket);
    }

    /// Ends all connections at once, because the object broke.
    void abort() {
        List<HeldSocket> all;
        Room left;
        synchronized (this) {
            all = standard.stream().map(StandardSocket::held).toList();
            standard.clear();
            left = ended ? null : room();
            ended = true;
            if (left != null) {
                rooms.remove(left); // Before anybody else may think that it has been left.
            }
        }
        all.forEach(HeldSocket::abort);
        if (left != null) {
            left.end();
        }
    }

    /// The activation leaves memory, and its room to the next one.
    void leave() {
        Room left;
        synchronized (this) {
            left = ended ? null : room;
            ended = true;
        }
        if (left != null) {
            rooms.leave(left);
        }
    }
}
