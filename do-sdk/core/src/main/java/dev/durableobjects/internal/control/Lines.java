package dev.durableobjects.internal.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A connection as lines of bytes. Nothing takes longer than the patience: then the connection is
/// closed. Only one thread reads, and only one writes.
final class Lines implements AutoCloseable {

    /// For a peer that may take its time.
    static final Duration ANY_TIME = Duration.ofDays(36_525);

    private static final byte LINE_FEED = '\n';
    private static final int BUFFER_BYTES = 8 << 10;

    private final SocketChannel channel;
    private final int bytesMax;
    private final Duration patience;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).flip();

    /// Makes lines of a connection.
    ///
    /// @param bytesMax of a line that is read
    /// @param patience with the peer, for each line
    Lines(SocketChannel channel, int bytesMax, Duration patience) {
        this.channel = channel;
        this.bytesMax = bytesMax;
        this.patience = patience;
    }

    /// Reads a line, without its line feed; empty if the peer has ended.
    ///
    /// @throws LineTooLongException if it is longer than it may be
    Optional<byte[]> read() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (Alarm _ = new Alarm()) {
            while (true) {
                if (!buffer.hasRemaining() && !fill()) {
                    return Optional.empty();
                }
                byte next = buffer.get();
                if (next == LINE_FEED) {
                    return Optional.of(line.toByteArray());
                }
                if (line.size() == bytesMax) {
                    throw new LineTooLongException(bytesMax);
                }
                line.write(next);
            }
        }
    }

    private boolean fill() throws IOException {
        buffer.clear();
        int count = channel.read(buffer);
        buffer.flip();
        return count > 0;
    }

    /// Writes a line.
    void write(byte[] line) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(line.length + 1).put(line).put(LINE_FEED).flip();
        try (Alarm _ = new Alarm()) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // There is nothing that it still should do.
        }
    }

    /// Closes the connection if it is not closed before that. A thread that is blocked in the
    /// connection then gets an error.
    private final class Alarm implements AutoCloseable {

        private final CompletableFuture<Boolean> late = new CompletableFuture<>();

        Alarm() {
            CompletableFuture<Void> _ =
                    late.completeOnTimeout(true, patience.toMillis(), TimeUnit.MILLISECONDS)
                            .thenAccept(isLate -> {
                                if (isLate) {
                                    Lines.this.close();
                                }
                            });
        }

        @Override
        public void close() {
            late.complete(false);
        }
    }
}
