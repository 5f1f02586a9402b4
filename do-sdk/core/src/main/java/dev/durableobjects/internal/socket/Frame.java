package dev.durableobjects.internal.socket;

import dev.durableobjects.internal.value.Unicode;
import dev.durableobjects.websocket.WebSocketMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// A server's frame as it goes over the wire, RFC 6455 section 5.2: whole, and not masked, so that
/// one encoding serves every receiver of a broadcast. Immutable; the array must not be changed.
///
/// @param bytes header and payload
@SuppressWarnings("ArrayRecordComponent") // A frame is written, never compared.
record Frame(byte[] bytes) {

    /// The longest payload of a control frame.
    static final int CONTROL_BYTES_MAX = 125;

    private static final int REASON_BYTES_MAX = CONTROL_BYTES_MAX - Short.BYTES;
    private static final int FINAL = 0x80;
    private static final int CONTROL = 0x8;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    static Frame of(WebSocketMessage message) {
        return switch (message) {
            case WebSocketMessage.Text(String value) ->
                    encode(Opcode.TEXT, Unicode.scalars(value).getBytes(StandardCharsets.UTF_8));
            case WebSocketMessage.Binary(byte[] value) -> encode(Opcode.BINARY, value);
        };
    }

    static Frame ping() {
        return encode(Opcode.PING, new byte[0]);
    }

    static Frame pong(byte[] payload) {
        return encode(Opcode.PONG, payload);
    }

    /// Returns the Close frame of an application.
    ///
    /// @throws IllegalArgumentException if the code or the reason is not allowed
    static Frame closeOfApplication(int code, String reason) {
        if (!CloseCode.isAllowedForApplications(code)) {
            throw new IllegalArgumentException("Invalid WebSocket close code: %d.".formatted(code));
        }
        String sent = Unicode.scalars(reason);
        int length = sent.getBytes(StandardCharsets.UTF_8).length;
        if (length > REASON_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a close reason must have at most %d bytes in UTF-8, had %d"
                            .formatted(REASON_BYTES_MAX, length));
        }
        return close(code, sent);
    }

    /// Returns a Close frame; code 1005 stands for one without a code.
    static Frame close(int code, String reason) {
        if (code == CloseCode.NO_STATUS) {
            return encode(Opcode.CLOSE, new byte[0]);
        }
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        byte[] payload =
                ByteBuffer.allocate(Short.BYTES + text.length)
                        .putShort((short) code)
                        .put(text)
                        .array();
        return encode(Opcode.CLOSE, payload);
    }

    /// Returns whether this is a message, and not a control frame. A server's message is one frame.
    boolean isMessage() {
        return (bytes[0] & CONTROL) == 0;
    }

    int length() {
        return bytes.length;
    }

    private static Frame encode(Opcode opcode, byte[] payload) {
        int length = payload.length;
        int extra = length < LENGTH_16 ? 0 : length <= 0xffff ? Short.BYTES : Long.BYTES;
        ByteBuffer frame = ByteBuffer.allocate(2 + extra + length);
        frame.put((byte) (FINAL | opcode.code()));
        switch (extra) {
            case 0 -> frame.put((byte) length);
            case Short.BYTES -> frame.put((byte) LENGTH_16).putShort((short) length);
            default -> frame.put((byte) LENGTH_64).putLong(length);
        }
        return new Frame(frame.put(payload).array());
    }
}
