package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/// What is written piece by piece, through one buffer, however long it is. Not safe for several
/// threads.
final class Pieces {

    private final ByteBuffer buffer;
    private final Target target;

    /// @param buffer its content is replaced
    Pieces(ByteBuffer buffer, Target target) {
        this.buffer = buffer.clear();
        this.target = target;
    }

    /// Takes the pieces in their order.
    @FunctionalInterface
    interface Target {

        /// Takes what remains in a buffer, which is used again afterwards.
        void take(ByteBuffer piece) throws IOException;
    }

    /// Returns the buffer with room for this many bytes, which must not be more than it holds.
    ByteBuffer room(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return buffer;
    }

    /// Hands over what is in the buffer.
    void flush() throws IOException {
        target.take(buffer.flip());
        buffer.clear();
    }
}
