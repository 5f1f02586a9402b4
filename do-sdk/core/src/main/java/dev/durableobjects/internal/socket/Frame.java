package dev.durableobjects.internal.socket;

import dev.durableobjects.internal.value.Unicode;
import dev.durableobjects.websocket.WebSocketMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// A server's frame as it goes over the wire, RFC 6455 section 5.2: whole, and not masked, so that
/// one encoding serves every receiver of a broadcast. Immutable; the array must not be changed.
///
/// @param bytes header and payload
/// @param isMessage whether the object has sent it; the runtime sends answers and control frames
@SuppressWarnings("ArrayRecordComponent") // A frame is written, never compared.
record Frame(byte[] bytes, boolean isMessage) {

    /// The longest payload of a control frame.
    static final int CONTROL_BYTES_MAX = 125;

    private static final int REASON_BYTES_MAX = CONTROL_BYTES_MAX - Short.BYTES;
    private static final int FINAL = 0x80;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    static Frame of(WebSocketMessage message) {
        return switch (message) {
            case WebSocketMessage.Text(String value) ->
                    new Frame(encode(Opcode.TEXT, utf8(value)), true);
            case WebSocketMessage.Binary(byte[] value) ->
                    new Frame(encode(Opcode.BINARY, value), true);
        };
    }

    /// Returns a text that the runtime sends instead of the object.
    static Frame answer(String text) {
        return new Frame(encode(Opcode.TEXT, utf8(text)), false);
    }

    static Frame ping() {
        return control(Opcode.PING, new byte[0]);
    }

    static Frame pong(byte[] payload) {
        return control(Opcode.PONG, payload);
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
            return control(Opcode.CLOSE, new byte[0]);
        }
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        byte[] payload =
                ByteBuffer.allocate(Short.BYTES + text.length)
                        .putShort((short) code)
                        .put(text)
                        .array();
        return control(Opcode.CLOSE, payload);
    }

    int length() {
        return bytes.length;
    }

    private static Frame control(Opcode opcode, byte[] payload) {
        return new Frame(encode(opcode, payload), false);
    }

    private static byte[] utf8(String text) {
        return Unicode.scalars(text).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] encode(Opcode opcode, byte[] payload) {
        int length = payload.length;
        int extra = length < LENGTH_16 ? 0 : length <= 0xffff ? Short.BYTES : Long.BYTES;
        ByteBuffer frame = ByteBuffer.allocate(2 + extra + length);
        frame.put((byte) (FINAL | opcode.code()));
        switch (extra) {
            case 0 -> frame.put((byte) length);
            case Short.BYTES -> frame.put((byte) LENGTH_16).putShort((short) length);
            default -> frame.put((byte) LENGTH_64).putLong(length);
        }
        return frame.put(payload).array();
    }
}
