package dev.durableobjects;

import dev.durableobjects.websocket.WebSocket;
import java.util.List;

/// What an object knows about itself, known as `ctx`: its id, its storage and its sockets.
///
/// Only the object's thread may use it, unless a method says otherwise.
public interface DurableObjectState {

    /// Returns the id of the object, with its name if the caller that woke it knew the name and the
    /// name has at most 1024 bytes in UTF-8. Any thread may ask.
    DurableObjectId id();

    /// Returns the object's storage.
    DurableObjectStorage storage();

    /// Accepts the server half of a pair: from now on the object's `webSocket...` handlers receive
    /// what the client sends.
    ///
    /// @throws IllegalStateException if the socket was accepted before, or if the object holds as
    ///   many sockets as `Limit.SOCKETS_PER_OBJECT` allows
    void acceptWebSocket(WebSocket socket);

    /// Returns the accepted sockets that are not yet closed, newest first.
    List<WebSocket> webSockets();
}
