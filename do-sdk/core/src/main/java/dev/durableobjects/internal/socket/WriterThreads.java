package dev.durableobjects.internal.socket;

import dev.durableobjects.internal.gate.Guarded;
import dev.durableobjects.internal.gate.Waiting;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/// The threads that write for all connections of a runtime: as many as write at a time, instead of
/// one for each connection of a broadcast.
///
/// A connection with something to write stands in line. A write may block, and nobody can tell
/// beforehand. So whoever leaves the line to write makes sure that a thread which does not write is
/// on its way while others stand: a slow peer holds up the thread that writes to it, and nobody
/// else. Threads end when the line is empty. Safe for use by many threads.
final class WriterThreads {

    private final Waiting waiting;
    private final Queue<SocketWriter> line = new ConcurrentLinkedQueue<>();

    /// Whether a thread is on its way that has not left the line with a connection yet. True
    /// whenever somebody stands in line and nobody is about to set it.
    private final AtomicBoolean coming = new AtomicBoolean();

    WriterThreads(Waiting waiting) {
        this.waiting = waiting;
    }

    /// Lets a thread call [SocketWriter#write] soon. Returns at once.
    void enter(SocketWriter writer) {
        line.add(writer);
        Guarded.run("a thread that writes", this::call);
    }

    /// Makes sure that a thread is on its way if somebody stands in line: none may have been to be
    /// had before.
    void look() {
        if (!line.isEmpty()) {
            call();
        }
    }

    private void call() {
        if (coming.get() || !coming.compareAndSet(false, true)) {
            return;
        }
        boolean started = false;
        try {
            waiting.start("durable-socket-writer", this::serve);
            started = true;
        } finally {
            if (!started) {
                coming.set(false); // The next connection that enters tries again.
            }
        }
    }

    private void serve() {
        SocketWriter first = line.poll();
        coming.set(false);
        Guarded.run("a thread that writes", this::look);
        for (SocketWriter writer = first; writer != null; writer = line.poll()) {
            Guarded.run("a WebSocket's writing", writer::write);
        }
    }
}
