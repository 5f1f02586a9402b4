package dev.durableobjects.internal.socket;

import java.util.function.Consumer;

/// What a peer has done, as the listener of its socket hears of it. Immutable.
///
/// @param event tells the listener
/// @param isLast whether nothing comes after it
record Heard(Consumer<SocketListener> event, boolean isLast) {

    static Heard message(Consumer<SocketListener> event) {
        return new Heard(event, false);
    }

    static Heard end(Consumer<SocketListener> event) {
        return new Heard(event, true);
    }
}
