package dev.durableobjects.internal.socket;

import dev.durableobjects.websocket.WebSocketMessage;

/// What a peer has sent: a whole message, or a control frame.
sealed interface Received {

    /// A message, its fragments joined.
    record Message(WebSocketMessage message) implements Received {}

    /// A Ping, to be answered with the same payload.
    @SuppressWarnings("ArrayRecordComponent") // A payload is echoed, never compared.
    record Ping(byte[] payload) implements Received {}

    /// A Pong.
    record Pong() implements Received {}

    /// A Close, with code 1005 if the frame had none.
    record Close(int code, String reason) implements Received {}
}
