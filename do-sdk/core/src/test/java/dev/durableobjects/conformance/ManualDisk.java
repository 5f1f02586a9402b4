package dev.durableobjects.conformance;

import dev.durableobjects.internal.journal.Disk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// A disk whose syncs end when the case says so, and how. As long as it is not held, they end at
/// once. Safe for use by many threads.
final class ManualDisk implements Disk {

    // Guarded by this.
    private final Queue<CompletableFuture<Void>> waiting = new ArrayDeque<>();
    private CompletableFuture<Void> asked = new CompletableFuture<>();
    private boolean held;
    private int commits;

    @Override
    public void force(Path file, FileChannel channel) throws IOException {
        CompletableFuture<Void> end = new CompletableFuture<>();
        synchronized (this) {
            commits++;
            if (!held || !Thread.currentThread().isVirtual()) { // A start is never held.
                return;
            }
            waiting.add(end);
            asked.complete(null);
        }
        try {
            end.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IOException(e.getCause() == null ? "" : e.getCause().getMessage(), e);
        }
    }

    synchronized void hold() {
        held = true;
    }

    /// Returns how many commits were to be made durable.
    synchronized int commits() {
        return commits;
    }

    synchronized void release() {
        held = false;
        waiting.forEach(end -> end.complete(null));
        waiting.clear();
    }

    /// Returns what completes when a sync is held.
    synchronized CompletableFuture<Void> asked() {
        return asked.copy();
    }

    synchronized int waiting() {
        return waiting.size();
    }

    synchronized void complete() {
        next().complete(null);
    }

    synchronized void fail(String message) {
        next().completeExceptionally(new IOException(message));
    }

    private CompletableFuture<Void> next() {
        CompletableFuture<Void> end = waiting.remove();
        if (waiting.isEmpty()) {
            asked = new CompletableFuture<>();
        }
        return end;
    }
}
