package dev.durableobjects.internal.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// A client that sends whatever a test wants. Not safe for several threads.
final class RawClient implements AutoCloseable {

    private final SocketChannel channel;

    RawClient(Path directory) throws IOException {
        this.channel =
                SocketChannel.open(ControlAddress.of(directory.resolve(ControlAddress.NAME)));
    }

    /// Sends a text, as far as the node listens: one that refuses says so before it has read it.
    RawClient send(String text) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            // What it has said is still to be read.
        }
        return this;
    }

    /// Reads until the node closes the connection.
    String readAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer part = ByteBuffer.allocate(1 << 10);
        while (read(part.clear()) >= 0) {
            all.write(part.array(), 0, part.position());
        }
        return all.toString(UTF_8);
    }

    private int read(ByteBuffer part) throws IOException {
        try {
            return channel.read(part);
        } catch (SocketException e) {
            return -1; // A node that has not read all of it resets the connection.
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
