package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;

/// A stretch of a file that is read piece by piece, however long it is. It goes without channels,
/// which an interrupt of the calling thread would close. Not safe for several threads.
final class Stretch {

    private static final int BUFFER_BYTES = 1 << 18;

    private final RandomAccessFile source;
    private final ByteBuffer buffer;
    private int left;

    /// @param source stands at the stretch; nobody else may move it
    Stretch(RandomAccessFile source, int length) {
        this.source = source;
        this.buffer = ByteBuffer.allocate(Math.min(length, BUFFER_BYTES)).flip();
        this.left = length;
    }

    /// Returns the next bytes: this many, at most [#BUFFER_BYTES], or all that are left.
    ByteBuffer atLeast(int bytes) throws IOException {
        if (buffer.remaining() < bytes && left > 0) {
            buffer.compact();
            int read = Math.min(buffer.remaining(), left);
            source.readFully(buffer.array(), buffer.position(), read);
            left -= read;
            buffer.position(buffer.position() + read).flip();
        }
        return buffer;
    }
}
