package dev.durableobjects.spec;

import dev.durableobjects.internal.journal.Disk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// Syncs for real, but only when the test lets it.
final class HeldDisk implements Disk {

    // Guarded by this.
    private boolean held;
    private int allowed;
    private int waiting;
    private String failure = "";

    @Override
    public void force(Path file, FileChannel channel) throws IOException {
        if (file.endsWith("index.sqlite-wal")) { // Nobody waits for the node's index.
            Disk.super.force(file, channel);
            return;
        }
        try {
            pass();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        channel.force(false);
    }

    private synchronized void pass() throws IOException, InterruptedException {
        waiting++;
        notifyAll();
        while (held && allowed == 0) {
            wait();
        }
        allowed = Math.max(0, allowed - 1);
        waiting--;
        if (!failure.isEmpty()) {
            throw new IOException(failure);
        }
    }

    synchronized void hold() {
        held = true;
    }

    synchronized void release() {
        held = false;
        notifyAll();
    }

    synchronized void releaseOne() {
        allowed++;
        notifyAll();
    }

    synchronized void fail(String message) {
        failure = message;
    }

    /// Returns when a sync is held.
    synchronized void awaitSync() throws InterruptedException {
        while (waiting == 0) {
            wait();
        }
    }
}
