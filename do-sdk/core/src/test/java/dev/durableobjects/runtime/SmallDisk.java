package dev.durableobjects.runtime;

import dev.durableobjects.internal.journal.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// The real disk, but for one directory on a disk that may be full. Safe for use by many threads.
final class SmallDisk implements Disk {

    private final Path target;
    private volatile long free = Long.MAX_VALUE;
    private volatile boolean fails;

    SmallDisk(Path target) {
        this.target = target;
    }

    /// Sets what it says is free there.
    void free(long bytes) {
        free = bytes;
    }

    /// Lets every write fail there, whatever it says.
    void fail() {
        fails = true;
    }

    @Override
    public void write(Path file, FileChannel channel, ByteBuffer bytes, long position)
            throws IOException {
        if (fails && file.startsWith(target)) {
            throw new IOException("No space left on device");
        }
        Disk.super.write(file, channel, bytes, position);
    }

    @Override
    public long freeBytes(Path directory) throws IOException {
        return directory.startsWith(target) ? free : Disk.super.freeBytes(directory);
    }
}
