package dev.durableobjects.internal.socket;

import dev.durableobjects.internal.gate.Waiting;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// The outgoing half of a connection: a bounded queue of frames and the thread that writes them.
///
/// The thread exists only while there is something to write, so an idle socket costs none. Frames
/// that wait together are written together. Nobody who queues ever waits for the peer. Safe for use
/// by many threads.
final class SocketWriter {

    /// What is joined into one write; more saves nothing.
    private static final int WRITE_BYTES = 64 << 10;

    private final Waiting waiting;
    private final int bytesMax;

    // Guarded by this.
    private final Deque<Frame> queue = new ArrayDeque<>();
    private int queuedBytes;
    private @Nullable Transport transport;
    private @Nullable Thread drained;
    private boolean writing;
    private boolean ended;

    SocketWriter(Waiting waiting, int bytesMax) {
        this.waiting = waiting;
        this.bytesMax = bytesMax;
    }

    /// Queues a frame.
    ///
    /// @return false if the queue is full; the frame was not queued then
    synchronized boolean offer(Frame frame) {
        if (ended) {
            return true;
        }
        if (queuedBytes + frame.length() > bytesMax && !queue.isEmpty()) {
            return false;
        }
        add(frame);
        return true;
    }

    /// Queues the last frame. What is offered later is dropped.
    synchronized void endAfterQueued(Frame last) {
        if (!ended) {
            add(last);
            ended = true;
        }
    }

    /// Drops what is queued and queues the last frame. What is offered later is dropped.
    synchronized void endInsteadOfQueued(Frame last) {
        if (!ended) {
            queue.clear();
            queuedBytes = 0;
            endAfterQueued(last);
        }
    }

    /// Returns whether the last frame was queued.
    synchronized boolean hasEnded() {
        return ended;
    }

    /// Begins to write: the opening handshake is complete.
    synchronized void attach(Transport transport) {
        this.transport = transport;
        startWriting();
    }

    /// Drops what is queued, now and later.
    synchronized void stop() {
        ended = true;
        queue.clear();
        queuedBytes = 0;
    }

    /// Waits until everything was written, or the connection is gone, or the time is over.
    void awaitDrained(long nanos) {
        long deadline = waiting.nanoTime() + nanos;
        boolean interrupted = false;
        while (isBusy(Thread.currentThread())) {
            long left = deadline - waiting.nanoTime();
            if (left <= 0) {
                break;
            }
            waiting.parkNanos(this, left);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isBusy(Thread waiter) {
        drained = waiter;
        return writing;
    }

    private void add(Frame frame) {
        queue.add(frame);
        queuedBytes += frame.length();
        startWriting();
    }

    private void startWriting() {
        if (!writing && transport != null && !queue.isEmpty()) {
            Transport to = transport;
            writing = true;
            waiting.start("durable-socket-writer", () -> write(to));
        }
    }

    private void write(Transport to) {
        try {
            for (Frame batch = next(); batch != null; batch = next()) {
                to.write(batch.bytes(), batch.length());
            }
        } catch (Transport.Gone e) {
            stop();
            next();
        }
    }

    /// Returns the frames to write now, joined, or null when the thread is no longer needed.
    private synchronized @Nullable Frame next() {
        Frame first = queue.poll();
        if (first == null) {
            writing = false;
            if (drained != null) {
                waiting.unpark(drained);
            }
            return null;
        }
        queuedBytes -= first.length();
        Frame second = queue.peek();
        return second == null || first.length() + second.length() > WRITE_BYTES
                ? first
                : join(first);
    }

    private Frame join(Frame first) {
        byte[] joined = new byte[Math.min(first.length() + queuedBytes, WRITE_BYTES)];
        int length = 0;
        for (Frame frame = first; frame != null; frame = fitting(joined.length - length)) {
            System.arraycopy(frame.bytes(), 0, joined, length, frame.length());
            length += frame.length();
        }
        return new Frame(length == joined.length ? joined : Arrays.copyOf(joined, length));
    }

    private @Nullable Frame fitting(int room) {
        Frame head = queue.peek();
        if (head == null || head.length() > room) {
            return null;
        }
        queuedBytes -= head.length();
        return queue.poll();
    }
}
