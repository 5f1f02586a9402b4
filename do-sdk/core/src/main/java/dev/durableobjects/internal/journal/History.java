package dev.durableobjects.internal.journal;

import dev.durableobjects.Bookmark;
import dev.durableobjects.BookmarkException;
import dev.durableobjects.BookmarkException.Reason;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.value.FileErrors;
import dev.durableobjects.spi.CommitLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/// What was: the old files of the journal, kept, and the way back to any moment in them.
///
/// A thread of its own sorts old files into one file for each object, in which the past becomes
/// coarser with its age, until it is forgotten. `docs/file-format.md` describes the files. Safe for
/// use by many threads.
public final class History {

    private static final System.Logger LOGGER = System.getLogger(History.class.getName());

    /// How many files wait before they are sorted, together: each object's file is forced.
    private static final int WAITING_FILES = 8;

    private static final long SWEEP_NANOS = TimeUnit.DAYS.toNanos(1);
    private static final long RETRY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Waiting waiting;
    private final InstantSource clock;
    private final HistoryRules rules;
    private final Redo redo;
    private final Checkpoints checkpoints;
    private final Archive archive;
    private final Beginnings beginnings;
    private final Restores restores;
    private final Bookmarks bookmarks;
    private final LongSupplier durable;
    private final BackgroundThread thread;

    // Guarded by this.
    /// Whether the last sweep made enough room; another would not.
    private boolean isSwept = true;

    private volatile String failure = "";

    /// When all that can be was sorted and forgotten last. Only the thread.
    private long sweptAt;

    /// Opens the history of a data directory.
    History(
            Path root,
            Disk disk,
            Waiting waiting,
            InstantSource clock,
            HistoryRules rules,
            Redo redo,
            Checkpoints checkpoints,
            LongSupplier durable)
            throws IOException {
        this.waiting = waiting;
        this.clock = clock;
        this.rules = rules;
        this.redo = redo;
        this.checkpoints = checkpoints;
        this.durable = durable;
        this.archive = new Archive(root, disk, clock, rules, checkpoints, durable, redo.missing());
        this.beginnings = new Beginnings(root, disk, rules);
        this.restores = new Restores(root, disk, redo.missing());
        this.bookmarks = new Bookmarks(clock);
        this.thread = new BackgroundThread(waiting);
        this.sweptAt = waiting.nanoTime();
        Path segments = root.resolve(Archive.DIRECTORY).resolve(Archive.SEGMENTS);
        if (!rules.isOff()) {
            if (!Files.isDirectory(segments)) {
                Files.createDirectories(segments);
                disk.forceNames(segments.getParent());
                disk.forceNames(root);
            }
            beginnings.open();
        }
    }

    /// Begins to work.
    void start() {
        if (!rules.isOff() && !rules.isFrozen()) {
            thread.start("durable-history", this::work);
        }
    }

    /// Returns what brings databases to where the journal is.
    public Redo redo() {
        return redo;
    }

    /// Takes a file that the journal does not need any more.
    void archive(long segment) throws IOException {
        archive.add(segment);
        thread.wake();
    }

    /// Returns the bookmark of what is durable now.
    ///
    /// @param file the path of the object's database in the data directory
    /// @throws BookmarkException if the namespace keeps no history
    public Bookmark now(DurableObjectId id, String file) {
        checkOn(file);
        return bookmarks.of(id, Moment.after(durable.getAsLong()));
    }

    /// Returns the bookmark of the moment before the next restore.
    public Bookmark beforeNextRestore(DurableObjectId id) {
        return bookmarks.of(id, Moment.beforeRestoreAfter(durable.getAsLong()));
    }

    /// Returns the bookmark of what was durable at a time.
    ///
    /// @throws BookmarkException if the time has not come, or what was then is not known
    public Bookmark at(DurableObjectId id, String file, Instant time) {
        checkOn(file);
        Instant now = clock.instant();
        if (time.isAfter(now)) {
            throw new BookmarkException(
                    Reason.FUTURE, "%s has not come yet, it is %s".formatted(time, now));
        }
        long millis = time.isBefore(Instant.EPOCH) ? 0 : time.toEpochMilli();
        return inPeace(() -> bookmarks.of(id, Moment.after(archive.positionAt(file, millis))));
    }

    /// Lets a database be restored at the next start of its object. It is copied at once, so its
    /// source may be forgotten afterwards.
    ///
    /// @param target the path of the database in the data directory
    /// @param source the path of the database that it becomes
    /// @param id of the object whose database that is
    /// @throws BookmarkException if that moment is not known
    public void prepare(String target, String source, DurableObjectId id, Bookmark bookmark) {
        check(source, id, bookmark);
        inPeace(() -> {
            restores.prepare(target, scratch -> write(source, id, bookmark, scratch));
        });
    }

    /// Writes what a database is to become at the next start of its object.
    ///
    /// @throws BookmarkException if that moment is not known
    public Restores.Staged stage(String file, DurableObjectId id, Bookmark bookmark) {
        check(file, id, bookmark);
        return inPeace(() ->
                restores.stage(
                        file, Restores.Kind.REWIND, scratch -> write(file, id, bookmark, scratch)));
    }

    /// Writes what a database is to become at the next start of its object, with an alarm and
    /// schedules of its own.
    ///
    /// @param source writes it; an empty file is no database
    public Restores.Staged stage(String file, Restores.Source source) {
        return inPeace(() -> restores.stage(file, Restores.Kind.REPLACE, source));
    }

    /// Lets an object become what was staged. It must be called where nothing of the object
    /// happens: between its events, or while nobody uses it.
    ///
    /// @return the moment just before that, empty if it is not kept
    public Optional<Bookmark> prepare(Restores.Staged staged, DurableObjectId id) {
        Optional<Bookmark> undo =
                isKept(staged.file()) ? Optional.of(beforeNextRestore(id)) : Optional.empty();
        inPeace(() -> {
            staged.prepare();
        });
        return undo;
    }

    /// Returns whether there is a database that is not empty.
    ///
    /// @param file its path in the data directory
    public boolean isStored(String file) {
        return inPeace(() -> {
            AtomicBoolean isStored = new AtomicBoolean();
            checkpoints.run(file, database -> isStored.set(database.size() > 0));
            return isStored.get();
        });
    }

    /// Copies a database as it is between two commits, all that is durable included. Its object
    /// waits meanwhile, if it is in memory.
    ///
    /// @param target a file that does not exist; there is none afterwards if there is no database
    public void copy(String file, Path target) {
        inPeace(() -> {
            checkpoints.run(
                    file,
                    Checkpointer.Use.still(database -> {
                        Files.deleteIfExists(target); // An attempt before may have failed.
                        Archive.copy(database, target);
                    }));
            if (Files.notExists(target)) {
                redo.missing().check(file);
            }
        });
    }

    /// Copies a database as it was.
    ///
    /// @param target a file that does not exist; it is empty if there was no database
    /// @throws BookmarkException if that moment is not known
    public void copy(String file, DurableObjectId id, Bookmark bookmark, Path target) {
        check(file, id, bookmark);
        inPeace(() -> {
            write(file, id, bookmark, target);
        });
    }

    /// Writes a database as it was.
    ///
    /// @param target a file that does not exist; it is empty if there was no database
    void write(String file, DurableObjectId id, Bookmark bookmark, Path target) throws IOException {
        archive.write(file, bookmarks.moment(id, bookmark), target);
    }

    /// Returns whether a database is to be restored at the next start of its object.
    public boolean isPending(String file) {
        return restores.isPending(file);
    }

    /// Restores a database if that is pending. Nobody may have it open.
    ///
    /// @param timetable knows the alarm and the schedules in databases
    /// @param log makes it durable
    public void restoreIfPending(
            DurableObjectId id, String file, Restores.Timetable timetable, CommitLog log) {
        if (isPending(file)) {
            inPeace(() -> {
                redo.prepareToReplace(file);
                Redo.Closed how = Redo.Closed.WITHOUT_LOG;
                try {
                    restores.run(id, file, timetable, log);
                    how = Redo.Closed.WHOLE;
                } finally {
                    redo.release(file, how);
                }
            });
        }
    }

    /// Checks a bookmark, but for whether its moment is still known.
    ///
    /// @param file the path of the object's database in the data directory
    /// @throws BookmarkException if the object has not made it, or it is in the future
    public void check(String file, DurableObjectId id, Bookmark bookmark) {
        checkOn(file);
        if (bookmarks.moment(id, bookmark).position() > durable.getAsLong()) {
            throw new BookmarkException(
                    Reason.FUTURE,
                    bookmark + " has not come yet: the data directory is older than it");
        }
    }

    /// Returns whether the past of a database is kept.
    ///
    /// @param file its path in the data directory
    public boolean isKept(String file) {
        return !rules.retention(file).isZero();
    }

    private void checkOn(String file) {
        if (!isKept(file)) {
            throw new BookmarkException(
                    Reason.OFF,
                    "this namespace keeps no history; NamespaceConfig.history switches it on");
        }
    }

    private void inPeace(IoAction action) {
        this.<Boolean>inPeace(() -> {
            action.run();
            return true;
        });
    }

    private <R> R inPeace(Peace.Work<R> work) {
        try {
            return Peace.run(waiting, body -> waiting.start("durable-restore", body), work);
        } catch (IOException e) {
            throw new UncheckedIOException(FileErrors.message(e), e);
        }
    }

    private void work() {
        long pause = SWEEP_NANOS;
        try {
            if (waiting.nanoTime() - sweptAt >= SWEEP_NANOS) {
                digest();
                sweptAt = waiting.nanoTime();
            } else {
                digestWhereMuchWaits();
            }
            failure = "";
        } catch (IOException | RuntimeException | Error e) { // Nobody else sorts anything.
            pause = RETRY_NANOS;
            if (!thread.isClosed()) {
                failure = FileErrors.message(e);
                LOGGER.log(
                        System.Logger.Level.WARNING,
                        "history stays as it is, and is tried again in a minute",
                        e);
            }
        }
        thread.rest(pause);
    }

    /// Returns why history could not be sorted when that was tried last, empty if it could.
    public String failure() {
        return failure;
    }

    /// Returns what waits to be restored.
    Restores restores() {
        return restores;
    }

    /// Does something while nothing is sorted or forgotten.
    synchronized void holdFiles(IoAction step) throws IOException {
        step.run();
    }

    /// Sorts and forgets all that can be. Tests do it, too.
    synchronized void digest() throws IOException {
        if (!thread.isClosed()) { // It may have waited for somebody who held the files.
            beginnings.begin(archive);
            archive.digest();
            isSwept = archive.sweep();
        }
    }

    /// Sorts and forgets where much waits for it.
    synchronized void digestWhereMuchWaits() throws IOException {
        if (!thread.isClosed()) {
            beginnings.begin(archive);
            if (archive.waiting() >= WAITING_FILES) {
                archive.digest();
            }
            if (isSwept && archive.isFull()) {
                isSwept = archive.sweep();
            }
        }
    }

    /// Returns whether nothing is sorted any more.
    boolean hasEnded() {
        return thread.hasEnded();
    }

    void awaitEnd() {
        thread.awaitEnd();
    }

    /// Ends the work.
    void close() {
        thread.close();
    }
}
