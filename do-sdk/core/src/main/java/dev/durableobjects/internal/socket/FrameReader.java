package dev.durableobjects.internal.socket;

import dev.durableobjects.websocket.WebSocketMessage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads a client's frames and joins them to messages, RFC 6455 section 5. Not safe for several
/// threads.
final class FrameReader {

    private static final int FINAL = 0x80;
    private static final int RESERVED = 0x70;
    private static final int OPCODE = 0x0f;
    private static final int MASKED = 0x80;
    private static final int LENGTH = 0x7f;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int MASK_BYTES = 4;

    /// What a payload may take before it has come; the rest is taken as it comes.
    private static final int PART_BYTES = 4 << 10;

    private final Transport transport;
    private final int messageBytesMax;
    private final Arrivals arrivals;

    // The message that is being joined.
    private @Nullable Opcode joining;
    private ByteArrayOutputStream joined = new ByteArrayOutputStream(0);

    /// @param arrivals told what comes; what it throws passes through
    FrameReader(Transport transport, int messageBytesMax, Arrivals arrivals) {
        this.transport = transport;
        this.messageBytesMax = messageBytesMax;
        this.arrivals = arrivals;
    }

    /// Waits for the next message or control frame.
    ///
    /// @throws ProtocolException if the peer breaks a rule
    /// @throws Transport.Gone if the connection ends
    Received next() {
        while (true) {
            int first = transport.read();
            Opcode opcode = opcode(first);
            boolean isFinal = (first & FINAL) != 0;
            byte[] payload = payload(opcode, isFinal);
            switch (opcode) {
                case PING -> {
                    return new Received.Ping(payload);
                }
                case PONG -> {
                    return new Received.Pong();
                }
                case CLOSE -> {
                    return close(payload);
                }
                case CONTINUATION, TEXT, BINARY -> {
                    if (isFinal && opcode != Opcode.CONTINUATION) {
                        return message(opcode, payload);
                    }
                    Received.Message whole = join(opcode, payload, isFinal);
                    if (whole != null) {
                        return whole;
                    }
                }
            }
        }
    }

    /// Returns whether a message has come in part.
    boolean isJoining() {
        return joining != null;
    }

    private Opcode opcode(int first) {
        check((first & RESERVED) == 0, "reserved bits are set, but no extension was agreed on");
        Opcode opcode = Opcode.of(first & OPCODE);
        if (opcode == Opcode.CONTINUATION) {
            check(joining != null, "a continuation without a message to continue");
        } else if (!opcode.isControl()) {
            check(joining == null, "a new message inside a fragmented one");
        }
        return opcode;
    }

    private byte[] payload(Opcode opcode, boolean isFinal) {
        int second = transport.read();
        check((second & MASKED) != 0, "a client's frame is not masked");
        long length = length(second & LENGTH);
        if (opcode.isControl()) {
            check(isFinal, "a fragmented control frame");
            check(length <= Frame.CONTROL_BYTES_MAX, "a control frame of more than 125 bytes");
        }
        if (!opcode.isControl() && length > messageBytesMax - joined.size()) {
            throw new ProtocolException(
                    CloseCode.TOO_BIG,
                    "a message of more than %d bytes".formatted(messageBytesMax));
        }
        arrivals.frame((int) length);
        byte[] mask = transport.read(MASK_BYTES);
        boolean isFragment = !isFinal || joining != null;
        byte[] payload = payload((int) length, isFragment, opcode);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i & 3];
        }
        return payload;
    }

    /// Waits for a payload, which may come in many parts.
    private byte[] payload(int length, boolean isFragment, Opcode opcode) {
        if (length > 0 && transport.available() >= length) {
            if (isFragment && !opcode.isControl()) {
                arrivals.part(length);
            }
            return transport.read(length);
        }
        byte[] payload = new byte[Math.min(length, PART_BYTES)];
        for (int filled = 0; filled < length; ) {
            byte[] part = part(length - filled);
            arrivals.part(opcode.isControl() ? 0 : part.length);
            int needed = filled + part.length;
            if (needed > payload.length) {
                payload = Arrays.copyOf(payload, Math.min(length, 2 * needed));
            }
            System.arraycopy(part, 0, payload, filled, part.length);
            filled = needed;
        }
        return payload;
    }

    private byte[] part(int max) {
        int ready = transport.available();
        return ready == 0 ? new byte[] {transport.read()} : transport.read(Math.min(ready, max));
    }

    private long length(int announced) {
        return switch (announced) {
            case LENGTH_16 -> {
                int length = Short.toUnsignedInt(ByteBuffer.wrap(transport.read(2)).getShort());
                check(length >= LENGTH_16, "a length that is not encoded in the shortest way");
                yield length;
            }
            case LENGTH_64 -> {
                long length = ByteBuffer.wrap(transport.read(8)).getLong();
                check(length > 0xffff, "a length that is not encoded in the shortest way");
                yield length;
            }
            default -> announced;
        };
    }

    private Received.@Nullable Message join(Opcode opcode, byte[] payload, boolean isFinal) {
        if (opcode != Opcode.CONTINUATION) {
            joining = opcode;
        }
        joined.writeBytes(payload);
        if (!isFinal || joining == null) {
            return null;
        }
        Received.Message whole = message(joining, joined.toByteArray());
        joining = null;
        joined = new ByteArrayOutputStream(0);
        return whole;
    }

    private static Received.Message message(Opcode opcode, byte[] payload) {
        return new Received.Message(
                opcode == Opcode.TEXT
                        ? new WebSocketMessage.Text(utf8(payload, 0))
                        : new WebSocketMessage.Binary(payload));
    }

    private static Received.Close close(byte[] payload) {
        if (payload.length == 0) {
            return new Received.Close(CloseCode.NO_STATUS, "");
        }
        check(payload.length >= Short.BYTES, "a Close frame with half a code");
        int code = Short.toUnsignedInt(ByteBuffer.wrap(payload).getShort());
        check(CloseCode.isAllowedOnTheWire(code), "a Close frame with the code " + code);
        return new Received.Close(code, utf8(payload, Short.BYTES));
    }

    private static String utf8(byte[] bytes, int from) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, bytes.length - from))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ProtocolException(CloseCode.INVALID_DATA, "text that is not UTF-8");
        }
    }

    private static void check(boolean rule, String violation) {
        if (!rule) {
            throw new ProtocolException(CloseCode.PROTOCOL_ERROR, violation);
        }
    }

    /// Hears of what comes, before it is a message.
    interface Arrivals {

        /// A frame has begun, whose payload is about to be read.
        void frame(int length);

        /// A part of a message has come, however small, which is not all of it.
        ///
        /// @param length in bytes, 0 for a part of a control frame
        void part(int length);
    }
}
