package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.gate.Latch;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.CommitFailedException;
import dev.durableobjects.spi.CommitLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The commit log of a node: the pages that commits have changed, of all objects, in one file after
/// the other.
///
/// One thread writes and forces. While it does, commits collect, those of one object merged into
/// the newest image of each page; the next round takes them all with one sync. Safe for use by many
/// threads.
public final class Journal implements CommitLog {

    private static final int BUFFER_BYTES = 1 << 20;

    /// Bytes of pages that may wait; when there are more, whoever appends waits for a sync first.
    private static final long PENDING_BYTES = 64 << 20;

    private final Path root;
    private final Waiting waiting;
    private final InstantSource clock;
    private final Redo redo;
    private final Checkpoints checkpoints;
    private final History history;
    private final OldSegments old;
    private final Segments segments;
    private final JournalIndex index;
    private final long timeoutNanos;
    private final Waiters waiters;
    private final Latch ended;
    private final Thread thread;

    // Only the writing thread.
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private long forgotten;

    /// The time of the newest batch: it never goes back, whatever the clock does.
    private long millis;

    // Guarded by this; `durable` and `failure` are also read without the lock, `late` is also
    // written without it.
    /// The last position of every object that has records.
    private final Map<String, Long> lastOf = new HashMap<>();

    private Batch pending = new Batch();
    private long appended;
    private volatile long durable;
    private volatile long late;
    private volatile @Nullable CommitFailedException failure;
    private boolean closed;
    private @Nullable Latch copying;

    /// Opens the journal of a data directory: reads what an earlier process has left, cuts a torn
    /// end, and begins a new file.
    ///
    /// @param root the data directory
    /// @param timeoutSeconds until a commit counts as failed
    /// @param bytesMax the size from which old files are freed
    /// @param rules for how long what was is kept
    /// @param index told what the records say
    /// @throws IOException if the journal cannot be read or is damaged
    public Journal(
            Path root,
            Disk disk,
            Waiting waiting,
            InstantSource clock,
            int timeoutSeconds,
            long bytesMax,
            HistoryRules rules,
            JournalIndex index)
            throws IOException {
        this.root = root;
        this.waiting = waiting;
        this.clock = clock;
        this.timeoutNanos = TimeUnit.SECONDS.toNanos(timeoutSeconds);
        this.index = index;
        this.redo = new Redo(root, this::durable, new MissingDatabases(root, index));
        this.checkpoints = new Checkpoints(redo);
        this.history =
                new History(root, disk, waiting, clock, rules, redo, checkpoints, this::durable);
        this.old =
                new OldSegments(root, disk, waiting, bytesMax, redo, checkpoints, history, index);
        this.segments = Segments.open(root, disk, bytesMax, redo, index, old);
        this.appended = segments.last();
        this.durable = appended;
        this.millis = segments.millis();
        for (String file : redo.files()) {
            lastOf.put(file, redo.last(file));
        }
        this.ended = new Latch(waiting);
        this.waiters = new Waiters(waiting, timeoutNanos);
        segments.start();
        history.start();
        this.thread = waiting.start("durable-journal", this::writeAll);
    }

    /// Makes the journal of a new data directory, durably, before that counts as one. Doing it
    /// twice does no harm.
    public static void prepare(Path root) throws IOException {
        Newest.prepare(Disk.system(), root);
    }

    /// Returns what brings databases to where the journal is.
    public Redo redo() {
        return redo;
    }

    /// Returns what was.
    public History history() {
        return history;
    }

    /// Sets how the databases of live objects are checkpointed, so that old files can be freed.
    public void checkpointThrough(Checkpointer live) {
        checkpoints.through(live);
    }

    /// Copies the data directory while it is in use. A start of the copy finds every commit that
    /// was durable when this began, and each object as it was at one moment, the same for all.
    ///
    /// Meanwhile no file of the journal is freed and history is not sorted. Databases that have
    /// changed are checkpointed, as events of their objects, so no object may wait for it.
    ///
    /// @throws IllegalStateException if another is under way, or the journal closes meanwhile
    /// @throws CommitFailedException if the journal has failed
    /// @throws IOException if something cannot be read or written
    public void copyTo(Copies target) throws IOException {
        Latch done = beginCopy();
        try {
            DirectoryCopy copy =
                    new DirectoryCopy(
                            root,
                            segments,
                            old,
                            history,
                            redo,
                            checkpoints,
                            index,
                            this::checkCopying,
                            target);
            Peace.run(
                    waiting,
                    body -> waiting.start("durable-backup", body),
                    () -> {
                        copy.run();
                        return true;
                    });
        } finally {
            endCopy(done);
        }
    }

    private synchronized Latch beginCopy() {
        checkCopying();
        if (copying != null) {
            throw new IllegalStateException(
                    "a backup of this data directory is under way; begin when it is done");
        }
        Latch done = new Latch(waiting);
        copying = done;
        return done;
    }

    private synchronized void checkCopying() {
        checkFailure();
        if (closed) {
            throw new IllegalStateException("there is no backup, for the runtime closes");
        }
    }

    private void endCopy(Latch done) {
        synchronized (this) {
            copying = null;
        }
        done.open();
    }

    @Override
    public long append(Commit commit) {
        long position = tryAppend(commit);
        while (position == START) {
            awaitDurable(lastAppended());
            position = tryAppend(commit);
        }
        waiting.unpark(thread);
        return position;
    }

    /// @return START if too much waits already
    private synchronized long tryAppend(Commit commit) {
        checkOpen();
        if (pending.pageBytes() > PENDING_BYTES) {
            return START;
        }
        long position = ++appended;
        Long previous = lastOf.put(commit.file(), position);
        pending.add(commit, position, previous == null ? 0 : previous);
        return position;
    }

    /// Returns of how many databases the last position is kept.
    synchronized int remembered() {
        return lastOf.size();
    }

    private synchronized long lastAppended() {
        return appended;
    }

    @Override
    public void awaitDurable(long position) {
        checkFailure();
        if (position <= durable) {
            return;
        }
        waiters.await(position);
        checkFailure();
        if (position > durable) {
            late = position;
            throw CommitFailedException.timedOut();
        }
    }

    @Override
    public long durable() {
        return durable;
    }

    /// Returns how the journal is doing.
    public JournalState state() {
        CommitFailedException failed = failure;
        String why = failed == null ? "" : String.valueOf(failed.getMessage());
        return old.state(why, late > durable);
    }

    @Override
    public void close() {
        long last;
        Latch copied;
        synchronized (this) {
            closed = true;
            last = appended;
            copied = copying;
        }
        waiting.unpark(thread);
        try {
            if (failure == null) {
                awaitDurable(last);
            }
        } catch (CommitFailedException e) {
            fail(e); // When the disk comes back, nothing is written any more.
            throw e;
        }
        if (copied != null) { // It may be writing to a database.
            copied.awaitUntil(waiting.nanoTime() + timeoutNanos);
        }
        ended.awaitUntil(waiting.nanoTime() + timeoutNanos);
    }

    /// Returns whether no thread of the journal touches the data directory any more. One that waits
    /// for its disk may still do so after [#close].
    public boolean hasEnded() {
        return ended.isOpen() && old.hasEnded() && history.hasEnded();
    }

    /// Does something in a thread of its own as soon as [#hasEnded].
    public void whenEnded(Runnable action) {
        waiting.start(
                "durable-journal-end",
                () -> {
                    ended.await();
                    old.awaitEnd();
                    history.awaitEnd();
                    action.run();
                });
    }

    private void writeAll() {
        try {
            for (Batch batch = nextBatch(); batch != null; batch = nextBatch()) {
                segments.beforeWrite(batch);
                millis = Math.max(millis, clock.millis());
                segments.write(batch, millis, buffer);
                segments.afterWrite(batch.last()); // First: who is told finds it in a backup.
                index.add(batch.facts());
                reach(batch.last());
                forgetFreed();
            }
        } catch (Throwable e) { // Whatever it is, nobody must wait for this thread any more.
            fail(CommitFailedException.failed("the journal failed: " + e.getMessage(), e));
        } finally {
            segments.close();
            history.close();
            waiters.close();
            ended.open();
        }
    }

    /// Nobody asks for the last position of an object that has no records left.
    private void forgetFreed() {
        long freed = old.freedUpTo();
        if (freed > forgotten) {
            forgotten = freed;
            synchronized (this) {
                lastOf.values().removeIf(position -> position <= freed);
            }
        }
    }

    /// Waits for commits; returns null when there will be none any more.
    private @Nullable Batch nextBatch() {
        while (true) {
            waiting.giveWay(); // Who is about to commit comes into the batch.
            synchronized (this) {
                if (failure != null || (closed && pending.isEmpty())) {
                    return null;
                }
                if (!pending.isEmpty()) {
                    Batch batch = pending;
                    pending = new Batch();
                    return batch;
                }
            }
            waiting.park(this);
        }
    }

    private void reach(long last) {
        synchronized (this) {
            durable = last;
        }
        waiters.reach(last);
    }

    /// For good: the first failure counts.
    private void fail(CommitFailedException failed) {
        synchronized (this) {
            failure = failure == null ? failed : failure;
        }
        waiters.reach(Long.MAX_VALUE);
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
}
