package dev.durableobjects.websocket;

/// A complete message of a WebSocket, RFC 6455 section 5.6. Immutable, as long as nobody changes
/// the bytes of a binary one.
public sealed interface WebSocketMessage {

    /// A text message.
    ///
    /// @param value the text, valid Unicode
    record Text(String value) implements WebSocketMessage {}

    /// A binary message.
    ///
    /// @param value the bytes; not copied, so treat them as read-only
    @SuppressWarnings("ArrayRecordComponent") // A message is handed over, never compared.
    record Binary(byte[] value) implements WebSocketMessage {}
}
