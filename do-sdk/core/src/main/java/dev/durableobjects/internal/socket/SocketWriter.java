package dev.durableobjects.internal.socket;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.internal.gate.Waiting;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The outgoing half of a connection: a bounded queue of frames, written by one thread at a time.
///
/// It has a thread only while there is something to write, so an idle socket costs none. Frames
/// that wait together are written together. Nobody who queues ever waits for the peer. Safe for use
/// by many threads.
final class SocketWriter {

    private final Waiting waiting;
    private final WriterThreads threads;
    private final Consumer<Throwable> onFault;

    // Guarded by this.
    private final FrameQueue queue;
    private @Nullable Transport transport;
    private @Nullable Thread drained;
    private boolean writing;
    private boolean ended;

    /// @param onFault told of what is no end of the connection, but a fault of the runtime
    SocketWriter(
            Waiting waiting, WriterThreads threads, FrameQueue queue, Consumer<Throwable> onFault) {
        this.waiting = waiting;
        this.threads = threads;
        this.queue = queue;
        this.onFault = onFault;
    }

    /// Queues a frame.
    ///
    /// @param part of an event that has sent it; null for a frame of the runtime
    /// @return false if the peer is too slow; the frame was not queued then
    synchronized boolean offer(Frame frame, @Nullable Object part) {
        if (ended) {
            return true;
        }
        boolean queued = queue.offer(frame, part);
        startWriting();
        return queued;
    }

    /// Queues the last frame. What is offered later is dropped.
    ///
    /// @return false if the last frame was queued before
    synchronized boolean endAfterQueued(Frame last) {
        if (ended) {
            return false;
        }
        ended = true;
        queue.add(last);
        startWriting();
        return true;
    }

    /// Drops what is queued and queues the last frame. What is offered later is dropped.
    ///
    /// @return false if the last frame was queued before
    synchronized boolean endInsteadOfQueued(Frame last) {
        if (ended) {
            return false;
        }
        queue.clear();
        return endAfterQueued(last);
    }

    /// Returns whether the last frame was queued.
    synchronized boolean hasEnded() {
        return ended;
    }

    /// Begins to write: the opening handshake is complete.
    synchronized void attach(Transport transport) {
        this.transport = transport;
        queue.open();
        startWriting();
    }

    /// Drops what is queued, now and later.
    synchronized void stop() {
        ended = true;
        queue.clear();
    }

    /// Waits until everything was written, or the connection is gone, or the time is over.
    void awaitDrained(long nanos) {
        Thread caller = Thread.currentThread();
        waiting.awaitUntil(this, () -> !isBusy(caller), waiting.nanoTime() + nanos);
    }

    /// Writes what is queued, on the calling thread, and blocks as long as the peer does not read.
    /// Only for [WriterThreads].
    void write() {
        Transport to = requireNonNull(transport()); // It was there before this entered the line.
        try {
            for (Frame batch = next(); batch != null; batch = next()) {
                to.write(batch.bytes(), batch.length());
            }
        } catch (Transport.Gone e) {
            stop();
            next();
        } catch (RuntimeException | Error fault) {
            stop();
            next();
            onFault.accept(fault);
        }
    }

    private synchronized @Nullable Transport transport() {
        return transport;
    }

    private synchronized boolean isBusy(Thread waiter) {
        drained = waiter;
        return writing;
    }

    private void startWriting() {
        if (!writing && transport != null && !queue.isEmpty()) {
            writing = true;
            threads.enter(this);
        }
    }

    /// Returns the frames to write now, joined, or null when the thread is no longer needed.
    private synchronized @Nullable Frame next() {
        Frame batch = queue.take();
        if (batch == null) {
            writing = false;
            if (drained != null) {
                waiting.unpark(drained);
            }
        }
        return batch;
    }
}
