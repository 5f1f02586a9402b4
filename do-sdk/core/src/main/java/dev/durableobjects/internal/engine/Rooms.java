package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Env;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// The rooms of all objects that are in memory or hold hibernatable sockets. Safe for use by many
/// threads.
final class Rooms {

    private final ObjectDirectory directory;
    private final ConcurrentMap<DurableObjectId, Room> rooms = new ConcurrentHashMap<>();

    Rooms(ObjectDirectory directory) {
        this.directory = directory;
    }

    /// Returns the room of an object, for its one activation.
    Room enter(ObjectClass<?> type, DurableObjectId id, Env env) {
        return rooms.compute(
                id,
                (key, known) -> {
                    Room room = known == null ? new Room(directory, type, id, env) : known;
                    room.enter();
                    return room;
                });
    }

    /// The activation leaves memory; the room stays if somebody is in it.
    void leave(Room left) {
        rooms.computeIfPresent(
                left.id(),
                (key, room) -> {
                    room.leave();
                    return room.size() == 0 ? null : room;
                });
    }

    /// The object broke: the next activation gets another room.
    void remove(Room ended) {
        rooms.remove(ended.id(), ended);
    }

    /// Forgets a room of an object that is not in memory, if nobody is in it any more.
    void tidy(Room emptied) {
        rooms.computeIfPresent(
                emptied.id(), (key, room) -> room.isEntered() || room.size() > 0 ? room : null);
    }
}
