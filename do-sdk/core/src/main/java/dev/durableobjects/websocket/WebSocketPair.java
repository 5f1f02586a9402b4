package dev.durableobjects.websocket;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The two ends of a WebSocket that is about to be accepted: the server end stays in the object,
/// the client end goes into the response and becomes the network connection. Immutable.
///
/// @param client the end to return with `Response.webSocket`
/// @param server the end to give to `ctx.acceptWebSocket`
public record WebSocketPair(WebSocket client, WebSocket server) {

    /// Makes a new pair.
    public static WebSocketPair create() {
        AtomicReference<WebSocket.@Nullable Accepted> link = new AtomicReference<>();
        return new WebSocketPair(new WebSocket(link), new WebSocket(link));
    }
}
