package dev.durableobjects.internal.engine;

import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.websocket.WebSocket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// The sockets that an object has accepted and that have not ended. Safe for use by many threads.
final class Sockets {

    // Guarded by this.
    private final SequencedMap<HeldSocket, WebSocket> sockets = new LinkedHashMap<>();

    synchronized int size() {
        return sockets.size();
    }

    synchronized void add(HeldSocket held, WebSocket socket) {
        sockets.put(held, socket);
    }

    synchronized void remove(HeldSocket held) {
        sockets.remove(held);
    }

    /// Returns the sockets, newest first.
    synchronized List<WebSocket> newestFirst() {
        return List.copyOf(sockets.sequencedValues().reversed());
    }

    /// Ends all connections at once.
    void abort() {
        List<HeldSocket> all;
        synchronized (this) {
            all = List.copyOf(sockets.keySet());
            sockets.clear();
        }
        all.forEach(HeldSocket::abort);
    }
}
