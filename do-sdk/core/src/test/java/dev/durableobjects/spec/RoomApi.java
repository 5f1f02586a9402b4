package dev.durableobjects.spec;

import java.util.List;

/// What tests may ask of a room.
interface RoomApi {
    /// Sends a text to all sockets and returns how many there are.
    int broadcast(String text);

    /// Broadcasts, then fails to commit.
    void broadcastAndLose(String text);

    /// Closes all sockets.
    void closeAll(int code, String reason);

    /// Returns what has happened, and forgets it.
    List<String> events();

    /// Returns how many sockets there are.
    int sockets();
}
