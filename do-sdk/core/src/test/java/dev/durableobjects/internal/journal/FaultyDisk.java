package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// The real disk, until a test breaks it or holds it. Safe for use by many threads.
public final class FaultyDisk implements Disk {

    // Guarded by this.
    private int forces;
    private int writes;
    private String failingForce = "";
    private String failingWrite = "";
    private CountDownLatch held = new CountDownLatch(0);
    private CountDownLatch reached = new CountDownLatch(0);

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
        CountDownLatch gate;
        synchronized (this) {
            forces++;
            reached.countDown();
            gate = held;
        }
        await(gate);
        String failure;
        synchronized (this) {
            failure = failingForce;
        }
        if (!failure.isEmpty()) {
            throw new IOException(failure);
        }
        channel.force(false);
    }

    /// Holds every sync from now on, until [#release].
    public synchronized void hold() {
        held = new CountDownLatch(1);
        reached = new CountDownLatch(1);
    }

    /// Returns when a sync is held.
    public void awaitHeld() throws IOException {
        CountDownLatch arrival;
        synchronized (this) {
            arrival = reached;
        }
        await(arrival);
    }

    /// Lets go what is held.
    public synchronized void release() {
        held.countDown();
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

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
