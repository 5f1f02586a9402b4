package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/// The real disk, until a test breaks it or holds it. Syncs of the node's index go on: nobody waits
/// for them. Safe for use by many threads.
public final class FaultyDisk implements Disk {

    // Guarded by this.
    private int forces;
    private int writes;
    private String failingForce = "";
    private String failingWrite = "";
    private boolean held;
    private int allowed;
    private int waiting;

    @Override
    public void write(Path file, FileChannel channel, ByteBuffer bytes, long position)
            throws IOException {
        String failure;
        synchronized (this) {
            writes++;
            failure = failingWrite;
        }
        if (!failure.isEmpty()) {
            channel.write(bytes.limit(bytes.position() + bytes.remaining() / 2), position);
            throw new IOException(failure);
        }
        Disk.super.write(file, channel, bytes, position);
    }

    @Override
    public void force(Path file, FileChannel channel) throws IOException {
        if (!file.endsWith("index.sqlite-wal")) {
            pass();
        }
        channel.force(false);
    }

    private synchronized void pass() throws IOException {
        forces++;
        waiting++;
        notifyAll();
        awaitUntil(() -> !held || allowed > 0);
        allowed = Math.max(0, allowed - 1);
        waiting--;
        if (!failingForce.isEmpty()) {
            throw new IOException(failingForce);
        }
    }

    /// Holds every sync from now on, until [#release].
    public synchronized void hold() {
        held = true;
    }

    /// Returns when a sync is held.
    public synchronized void awaitHeld() throws IOException {
        awaitUntil(() -> waiting > 0);
    }

    /// Lets go what is held.
    public synchronized void release() {
        held = false;
        notifyAll();
    }

    /// Lets one sync go.
    public synchronized void releaseOne() {
        allowed++;
        notifyAll();
    }

    /// Lets every sync fail from now on.
    public synchronized void failForces(String message) {
        failingForce = message;
    }

    /// Lets every write fail half way from now on.
    public synchronized void failWrites(String message) {
        failingWrite = message;
    }

    synchronized int forces() {
        return forces;
    }

    synchronized int writes() {
        return writes;
    }

    private synchronized void awaitUntil(BooleanSupplier condition) throws IOException {
        try {
            while (!condition.getAsBoolean()) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
