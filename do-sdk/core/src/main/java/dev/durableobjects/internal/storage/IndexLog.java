package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.journal.Scratch;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The write-ahead log of the node's index, which the node forces.
///
/// What is in it gets into the database only when it is durable: after a loss of power, an older
/// log over a newer database is damage. A sync that failed is not tried again, for the second says
/// that all is well; so from then on the log only grows, until the next start writes it anew. Safe
/// for use by many threads.
final class IndexLog {

    private static final System.Logger LOGGER = System.getLogger(IndexLog.class.getName());

    private static final int BUFFER_BYTES = 64 << 10;

    private final Path file;
    private final Disk disk;

    // Guarded by this.
    private boolean isStuck;

    private IndexLog(Path file, Disk disk) {
        this.file = file;
        this.disk = disk;
    }

    /// Makes what an earlier process has left durable, before SQLite reads it.
    ///
    /// @throws IOException if it cannot be
    static IndexLog open(Path database, Disk disk) throws IOException {
        Scratch.putBack(database);
        IndexLog log = new IndexLog(Scratch.wal(database), disk);
        if (Files.exists(log.file)) {
            log.writeAnew();
            log.forceName();
        }
        return log;
    }

    private void writeAnew() throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            long at = 0;
            for (int read = channel.read(buffer, at); read > 0; read = channel.read(buffer, at)) {
                disk.write(file, channel, buffer.flip(), at);
                at += read;
                buffer.clear();
            }
            disk.force(file, channel);
        }
    }

    /// Makes what is in it durable.
    ///
    /// @throws IOException if it is not, or may not be because it was not once before
    synchronized void force() throws IOException {
        if (isStuck) {
            throw new IOException(
                    "a sync of %s has failed; the next start writes it anew".formatted(file));
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new ClosedByInterruptException(); // Nothing was asked of the disk.
        }
        if (Files.notExists(file)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            isStuck = true; // An interrupt in the middle hides what the disk says.
            disk.force(file, channel);
            isStuck = false;
        }
    }

    /// Makes what is in it durable if it can be.
    ///
    /// @return whether it is
    boolean tryForce() {
        try {
            force();
            return true;
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, "what is in the index's log stays there", e);
            return false;
        }
    }

    /// Makes its name durable.
    void forceName() throws IOException {
        disk.forceNames(file.toAbsolutePath().getParent());
    }
}
