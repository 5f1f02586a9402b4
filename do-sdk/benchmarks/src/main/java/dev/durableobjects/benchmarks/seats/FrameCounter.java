package dev.durableobjects.benchmarks.seats;

import java.nio.ByteBuffer;

/// Counts the text messages in the bytes of one connection, and looks at nothing else. Not safe for
/// several threads.
final class FrameCounter {

    private static final int TEXT = 0x81;
    private static final int LENGTH_16 = 126;

    /// The beginning of a frame of which not all is there yet.
    private final ByteBuffer header = ByteBuffer.allocate(10);

    private long payloadLeft;

    /// Reads all that is in the buffer.
    ///
    /// @return how many texts have begun in it
    int read(ByteBuffer bytes) {
        int texts = 0;
        while (bytes.hasRemaining()) {
            if (payloadLeft > 0) {
                int skipped = (int) Math.min(payloadLeft, bytes.remaining());
                bytes.position(bytes.position() + skipped);
                payloadLeft -= skipped;
                continue;
            }
            header.put(bytes.get());
            if (header.position() >= 2 && header.position() == headerLength()) {
                texts += (header.get(0) & 0xff) == TEXT ? 1 : 0;
                payloadLeft = payloadLength();
                header.clear();
            }
        }
        return texts;
    }

    private int headerLength() {
        int length = header.get(1);
        return length < LENGTH_16 ? 2 : length == LENGTH_16 ? 4 : 10;
    }

    private long payloadLength() {
        return switch (headerLength()) {
            case 2 -> header.get(1);
            case 4 -> Short.toUnsignedInt(header.getShort(2));
            default -> header.getLong(2);
        };
    }
}
