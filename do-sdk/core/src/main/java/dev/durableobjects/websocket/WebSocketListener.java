package dev.durableobjects.websocket;

/// Hears what happens on a socket that an object accepted by `ctx.accept`, as an event of the
/// object: Cloudflare's `addEventListener`.
///
/// A listener lives in memory only, so it keeps its object there. What it throws is logged, and the
/// socket stays open. Only the object's thread calls it.
@FunctionalInterface
public interface WebSocketListener {

    /// Receives a text or binary message. Messages of one socket arrive in order.
    void onMessage(WebSocket socket, WebSocketMessage message) throws Exception;

    /// Tells that the socket has closed. It is called once, after the last message, unless
    /// [#onError] was called instead.
    ///
    /// @param code the peer's close code; 1005 if it sent none, 1006 if the connection was lost
    /// @param reason the peer's reason, or an explanation of code 1006
    /// @param wasClean whether the peer sent a Close frame
    default void onClose(WebSocket socket, int code, String reason, boolean wasClean)
            throws Exception {}

    /// Tells that the socket broke, for example because the peer violated RFC 6455.
    default void onError(WebSocket socket, Throwable error) throws Exception {}
}
