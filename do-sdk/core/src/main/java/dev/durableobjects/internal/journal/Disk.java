package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// How files are written and forced: the seam at which tests make disks slow, full or forgetful.
/// Safe for use by many threads.
public interface Disk {

    /// Writes all of the bytes at a position of a file.
    default void write(Path file, FileChannel channel, ByteBuffer bytes, long position)
            throws IOException {
        long at = position;
        try {
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        } catch (FileSystemException | ClosedChannelException e) {
            throw e;
        } catch (IOException e) { // As of a full disk; there may be several.
            throw new IOException("%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /// Returns how many bytes a file is filled ahead of what is written, so that a sync need not
    /// make the file's new length durable too.
    default int aheadBytes() {
        return 1 << 20;
    }

    /// Waits until the content of a file would survive a loss of power: `fdatasync`.
    ///
    /// @throws IOException if nobody can tell whether it would; it must not be tried again
    default void force(Path file, FileChannel channel) throws IOException {
        channel.force(false);
    }

    /// Gives a file another name, in place of a file that has it.
    default void move(Path source, Path target) throws IOException {
        Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /// Deletes a file.
    default void delete(Path file) throws IOException {
        Files.delete(file);
    }

    /// Waits until the names in a directory would survive a loss of power.
    ///
    /// @param directory null does nothing: it is what a root has for a parent
    default void forceNames(@Nullable Path directory) throws IOException {
        if (directory != null) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(false);
            }
        }
    }

    /// Returns how many bytes can still be written to the disk that holds a directory.
    default long freeBytes(Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    /// Returns the real thing.
    static Disk system() {
        return new Disk() {};
    }
}
