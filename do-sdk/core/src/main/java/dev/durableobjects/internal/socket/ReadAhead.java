package dev.durableobjects.internal.socket;

import dev.durableobjects.internal.gate.Waiting;
import org.jspecify.annotations.Nullable;

/// Reads on from a connection whose thread is in a handler that takes its time: control frames must
/// not wait for it.
///
/// The connection's own thread, the owner, reads and then runs the handler, so a short handler
/// costs nothing. Whoever watches over the connection looks now and then; the second look at the
/// same handler starts another thread, which reads instead. It ends with the first event for the
/// listener, which waits for the owner, one at most: then nobody reads, and the network holds the
/// peer back. It also ends with the first frame after the handler. So one thread reads at a time,
/// and events keep their order. Safe for use by many threads.
final class ReadAhead {

    private final Waiting waiting;
    private final Source source;
    private final Thread owner;

    /// Whether the owner is in a handler. Written by the owner.
    private volatile boolean inside;

    // Guarded by this.
    private boolean noticed;
    private boolean reading;
    private @Nullable Heard waits;

    /// Makes one that the calling thread owns.
    ReadAhead(Waiting waiting, Source source) {
        this.waiting = waiting;
        this.source = source;
        this.owner = Thread.currentThread();
    }

    /// Waits for the next event. Only for the owner.
    Heard next() {
        if (isReading()) {
            waiting.await(this, () -> !isReading());
        }
        Heard heard = take();
        while (heard == null) {
            heard = source.next();
        }
        return heard;
    }

    /// The owner begins to run a handler.
    synchronized void enter() {
        noticed = false;
        inside = true;
    }

    /// The owner is back.
    void leave() {
        inside = false;
    }

    /// Looks whether a handler takes its time. Never blocks.
    ///
    /// @param isOpen whether messages are still for the object; one that waits is dropped otherwise
    void look(boolean isOpen) {
        if (!inside || !isToStart(isOpen)) {
            return;
        }
        boolean started = false;
        try {
            waiting.start("durable-socket-reader", this::read);
            started = true;
        } finally {
            if (!started) {
                finish(null);
            }
        }
    }

    /// Returns whether nobody reads because a message waits for the handler of the one before.
    synchronized boolean isHeldBack() {
        return inside && waits != null;
    }

    private synchronized boolean isToStart(boolean isOpen) {
        if (!isOpen && waits != null && !waits.isLast()) {
            waits = null; // The peer's Close may be behind it.
        }
        if (!inside || reading || waits != null) {
            return false;
        }
        reading = noticed;
        noticed = true;
        return reading;
    }

    private void read() {
        Heard heard = null;
        try {
            while (heard == null && inside) {
                heard = source.next();
            }
        } finally {
            finish(heard);
        }
        if (heard != null && heard.isLast()) {
            source.close(); // The owner would do it, but only after the handler.
        }
    }

    private synchronized void finish(@Nullable Heard heard) {
        waits = heard;
        reading = false;
        waiting.unpark(owner);
    }

    private synchronized boolean isReading() {
        return reading;
    }

    private synchronized @Nullable Heard take() {
        Heard taken = waits;
        waits = null;
        return taken;
    }

    /// Where events come from. Used by one thread at a time.
    interface Source {

        /// Waits for the next frame.
        ///
        /// @return what it is to the listener, null if that is nothing
        @Nullable Heard next();

        /// Ends the connection, after the last event.
        void close();
    }
}
