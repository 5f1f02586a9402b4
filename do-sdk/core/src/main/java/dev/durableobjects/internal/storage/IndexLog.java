package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.journal.IoAction;
import dev.durableobjects.internal.journal.Scratch;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// The write-ahead log of the node's index, which the node forces.
///
/// What is in it gets into the database only when it is durable: after a loss of power, an older
/// log over a newer database is damage. A sync of the node's that failed is not tried again, for
/// the second says that all is well; so from then on the log only grows, until the next start
/// writes it anew. Safe for use by many threads.
final class IndexLog {

    private static final System.Logger LOGGER = System.getLogger(IndexLog.class.getName());

    private static final int BUFFER_BYTES = 64 << 10;

    private final Path file;
    private final Disk disk;

    /// Why nobody knows any more what is durable. Guarded by this.
    private @Nullable Throwable failure;

    private IndexLog(Path file, Disk disk) {
        this.file = file;
        this.disk = disk;
    }

    /// Makes durable what an earlier process has left, before SQLite reads it.
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

    /// Makes durable what is in it, if it is there.
    ///
    /// @throws IOException if that fails, or a sync has failed before
    synchronized void force() throws IOException {
        check();
        if (Files.exists(file)) {
            forceContent();
        }
    }

    /// Makes durable what is in it, and its name.
    ///
    /// @throws IOException if that fails, or a sync has failed before
    synchronized void forceWithName() throws IOException {
        check();
        forceContent();
        sync(this::forceName);
    }

    /// Makes durable what is in it if that can be.
    ///
    /// @return whether it is
    synchronized boolean tryForce() {
        if (failure != null) {
            return false;
        }
        try {
            force();
            return true;
        } catch (IOException e) { // If it was a sync, that is told already.
            LOGGER.log(Level.DEBUG, "what is in the index's log stays there", e);
            return false;
        }
    }

    private void check() throws IOException {
        if (failure != null) {
            throw new IOException(
                    "a sync of %s has failed; the next start writes it anew".formatted(file),
                    failure);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new ClosedByInterruptException(); // Nothing was asked of the disk.
        }
    }

    private void forceContent() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            sync(() -> disk.force(file, channel));
        }
    }

    /// An interrupt in the middle hides what the disk says, so it counts as a failure, too.
    private void sync(IoAction step) throws IOException {
        try {
            step.run();
        } catch (IOException | Error e) {
            failure = e;
            LOGGER.log(
                    Level.WARNING,
                    "a sync of %s has failed: nothing of it gets into the database until a start"
                            .formatted(file),
                    e);
            throw e;
        }
    }

    private void forceName() throws IOException {
        disk.forceNames(file.toAbsolutePath().getParent());
    }
}
