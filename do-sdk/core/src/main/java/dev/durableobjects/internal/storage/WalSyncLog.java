package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.CommitFailedException;
import dev.durableobjects.spi.CommitLog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A commit log without a file of its own: a commit is durable when the object's write-ahead log
/// was forced to disk.
///
/// One thread forces. While it does, commits collect, and the next round takes them all, with one
/// sync per object. Safe for use by many threads.
public final class WalSyncLog implements CommitLog {

    private final Waiting waiting;
    private final FileSync files;
    private final long timeoutNanos;
    private final Thread thread;

    // Guarded by this; durable and failure are also read without the lock.
    private final List<Thread> waiters = new ArrayList<>();
    private List<Commit> pending = new ArrayList<>();
    private long appended = START;
    private volatile long durable = START;
    private volatile @Nullable CommitFailedException failure;
    private boolean closed;

    /// Starts a log.
    ///
    /// @param timeoutSeconds until a commit counts as failed
    public WalSyncLog(Waiting waiting, FileSync files, int timeoutSeconds) {
        this.waiting = waiting;
        this.files = files;
        this.timeoutNanos = TimeUnit.SECONDS.toNanos(timeoutSeconds);
        this.thread = waiting.start("durable-commit-log", this::forceAll);
    }

    @Override
    public long append(Commit commit) {
        long position;
        synchronized (this) {
            checkOpen();
            pending.add(commit);
            position = ++appended;
        }
        waiting.unpark(thread);
        return position;
    }

    @Override
    public void awaitDurable(long position) {
        checkFailure();
        if (position <= durable) {
            return;
        }
        long deadline = waiting.nanoTime() + timeoutNanos;
        boolean interrupted = false;
        join();
        while (position > durable && failure == null) {
            long left = deadline - waiting.nanoTime();
            if (left <= 0) {
                break;
            }
            waiting.parkNanos(this, left);
            interrupted |= Thread.interrupted();
        }
        leave();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        checkFailure();
        if (position > durable) {
            throw CommitFailedException.timedOut();
        }
    }

    @Override
    public long durable() {
        return durable;
    }

    @Override
    public void close() {
        long last;
        synchronized (this) {
            closed = true;
            last = appended;
        }
        waiting.unpark(thread);
        if (failure == null) {
            awaitDurable(last);
        }
    }

    private void forceAll() {
        for (Batch batch = nextBatch(); batch != null; batch = nextBatch()) {
            try {
                for (Commit commit : batch.commits.values()) {
                    files.force(commit);
                }
                settle(batch.last, null);
            } catch (Throwable e) { // Whatever it is, nobody must wait for this thread any more.
                settle(START, CommitFailedException.failed("a sync failed: " + e.getMessage(), e));
            }
        }
    }

    /// Waits for commits; returns null when there will be none any more.
    private @Nullable Batch nextBatch() {
        while (true) {
            synchronized (this) {
                if (failure != null || (closed && pending.isEmpty())) {
                    return null;
                }
                if (!pending.isEmpty()) {
                    Batch batch = Batch.of(pending, appended);
                    pending = new ArrayList<>();
                    return batch;
                }
            }
            waiting.park(this);
        }
    }

    private void settle(long last, @Nullable CommitFailedException failed) {
        List<Thread> woken;
        synchronized (this) {
            durable = Math.max(durable, last);
            failure = failed;
            woken = List.copyOf(waiters);
        }
        woken.forEach(waiting::unpark);
    }

    private synchronized void join() {
        waiters.add(Thread.currentThread());
    }

    private synchronized void leave() {
        waiters.remove(Thread.currentThread());
    }

    private void checkOpen() {
        checkFailure();
        if (closed) {
            throw CommitFailedException.closed();
        }
    }

    private void checkFailure() {
        CommitFailedException failed = failure;
        if (failed != null) {
            throw CommitFailedException.failed(String.valueOf(failed.getMessage()), failed);
        }
    }

    /// Commits to be forced together, one per file.
    private record Batch(Map<Object, Commit> commits, long last) {

        static Batch of(List<Commit> pending, long last) {
            Map<Object, Commit> commits = new LinkedHashMap<>();
            for (Commit commit : pending) {
                commits.merge(
                        commit.wal(),
                        commit,
                        (first, second) ->
                                new Commit(
                                        second.object(),
                                        second.wal(),
                                        first.isFirst() || second.isFirst()));
            }
            return new Batch(commits, last);
        }
    }
}
