package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.gate.Waiting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/// The files of the journal that are not written any more, each kept until every database that it
/// has commits of is durable without it. A thread of its own frees them. Safe for use by many
/// threads.
final class OldSegments {

    private static final System.Logger LOGGER = System.getLogger(OldSegments.class.getName());

    /// How many directories name an object's file, the data directory included.
    static final int LEVELS = 4;

    private final Path root;
    private final Path directory;
    private final Disk disk;
    private final long bytesMax;
    private final Redo redo;
    private final JournalIndex index;
    private final Checkpoints checkpoints;
    private final History history;
    private final BackgroundThread thread;

    /// Held while a file is freed, and while all must stay where they are. This one is the outer.
    private final Object freeingLock = new Object();

    // Guarded by this.
    private final TreeMap<Long, Old> old = new TreeMap<>();
    private final Map<String, Long> firstSegmentOf = new HashMap<>();
    private long freedUpTo;
    private String obstacle = "";

    /// Whether a sync has failed that a file must be kept for.
    private boolean isStuck;

    /// A file that is not written any more.
    ///
    /// @param bytes its size
    /// @param last the last position in it or before it
    private record Old(long bytes, long last) {}

    /// Begins without any.
    ///
    /// @param bytesMax the size of all from which they are freed
    OldSegments(
            Path root,
            Disk disk,
            Waiting waiting,
            long bytesMax,
            Redo redo,
            Checkpoints checkpoints,
            History history,
            JournalIndex index) {
        this.root = root;
        this.directory = root.resolve(Segments.DIRECTORY);
        this.disk = disk;
        this.bytesMax = bytesMax;
        this.redo = redo;
        this.checkpoints = checkpoints;
        this.history = history;
        this.index = index;
        this.thread = new BackgroundThread(waiting);
    }

    /// Adds a file.
    ///
    /// @param bytes its size
    /// @param last the last position in it or before it
    void add(long segment, long bytes, long last) {
        synchronized (this) {
            old.put(segment, new Old(bytes, last));
        }
        wake();
    }

    /// Notes which databases a file has commits of, old or not.
    synchronized void addDatabases(Iterable<String> files, long segment) {
        files.forEach(file -> firstSegmentOf.putIfAbsent(file, segment));
    }

    /// Returns the numbers of the files.
    synchronized List<Long> numbers() {
        return List.copyOf(old.keySet());
    }

    /// Returns the position up to which the journal has no records any more.
    synchronized long freedUpTo() {
        return freedUpTo;
    }

    /// Returns how the journal is doing.
    ///
    /// @param failure why it has failed, empty if it has not
    synchronized JournalState state(String failure, boolean isLate) {
        return new JournalState(failure, isLate, bytes(), bytesMax, isStuck, obstacle);
    }

    private synchronized long bytes() {
        return old.values().stream().mapToLong(Old::bytes).sum();
    }

    /// Begins to free.
    ///
    /// @param isNextDurable whether there is a file behind those that are old: without any, nobody
    ///   would know where the journal goes on
    void start(BooleanSupplier isNextDurable) {
        thread.start("durable-checkpoints", () -> freeOrRest(isNextDurable));
    }

    /// Lets the freeing look again.
    void wake() {
        thread.wake();
    }

    /// Does something while no file is freed. What can be freed waits.
    void hold(IoAction step) throws IOException {
        synchronized (freeingLock) {
            setObstacle("a backup");
            try {
                step.run();
            } finally {
                setObstacle("");
                wake();
            }
        }
    }

    /// Ends the freeing. It may go on for a while, if its disk does not answer.
    void close() {
        thread.close();
    }

    /// Returns whether nothing is freed any more.
    boolean hasEnded() {
        return thread.hasEnded();
    }

    void awaitEnd() {
        thread.awaitEnd();
    }

    private synchronized void setObstacle(String what) {
        obstacle = what;
    }

    private void freeOrRest(BooleanSupplier isNextDurable) {
        if (!tryFree(isNextDurable)) {
            thread.rest();
        }
    }

    /// @return whether a file was freed
    private boolean tryFree(BooleanSupplier isNextDurable) {
        try {
            synchronized (freeingLock) {
                return isTooBig() && freeOldest(isNextDurable.getAsBoolean());
            }
        } catch (IOException | RuntimeException | Error e) { // Nobody else frees anything.
            setObstacle(obstacle(e));
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "a file of the journal cannot be freed now: " + obstacle(e),
                    e);
            return false;
        }
    }

    private synchronized boolean isTooBig() {
        return !isStuck && bytes() > bytesMax;
    }

    private synchronized String obstacle(Throwable failure) {
        return isStuck
                ? "a sync failed, so nothing is freed until the next start: " + failure
                : String.valueOf(failure.getMessage());
    }

    /// @return whether one was freed
    private boolean freeOldest(boolean isNextDurable) throws IOException {
        long oldest;
        List<String> files;
        synchronized (this) {
            if (old.isEmpty() || !(isNextDurable || old.size() > 1)) {
                return false;
            }
            oldest = old.firstKey();
            files =
                    firstSegmentOf.entrySet().stream()
                            .filter(entry -> entry.getValue() <= oldest)
                            .map(Map.Entry::getKey)
                            .toList();
            files.forEach(firstSegmentOf::remove); // A commit from now on puts it in again.
        }
        boolean isDone = false;
        try {
            isDone = free(oldest, files);
        } finally {
            if (!isDone) {
                synchronized (this) {
                    files.forEach(file -> firstSegmentOf.put(file, oldest));
                }
            }
        }
        return isDone;
    }

    private boolean free(long segment, List<String> files) throws IOException {
        Set<Path> directories = new LinkedHashSet<>();
        for (String file : files) {
            if (thread.isClosed()) {
                return false;
            }
            setObstacle(file);
            makeDurable(file);
            addDirectories(root.resolve(file), directories);
        }
        for (Path one : directories) {
            runOrStop(() -> disk.forceNames(one));
        }
        runOrStop(index::force);
        if (thread.isClosed()) {
            return false; // The last sync may have taken until somebody else has the directory.
        }
        runOrStop(() -> history.archive(segment));
        // One that came back after its successor has gone is a gap.
        runOrStop(() -> disk.forceNames(directory));
        synchronized (this) {
            Old gone = old.remove(segment);
            freedUpTo = gone == null ? freedUpTo : gone.last();
            obstacle = "";
        }
        return true;
    }

    private void makeDurable(String file) throws IOException {
        Path database = root.resolve(file);
        try {
            checkpoints.run(file, channel -> runOrStop(() -> disk.force(database, channel)));
        } catch (IOException e) {
            redo.distrust(file);
            throw e;
        }
    }

    /// Does what must not be tried again when it fails: a second sync says that all is well, but
    /// what the first has not written may be nowhere but in the journal. The next start writes it
    /// anew.
    private void runOrStop(IoAction step) throws IOException {
        try {
            step.run();
        } catch (IOException | Error e) {
            synchronized (this) {
                isStuck = true;
            }
            throw e;
        }
    }

    private static void addDirectories(Path database, Set<Path> directories) {
        Path directory = database.getParent();
        for (int i = 0; i < LEVELS && directory != null; i++) {
            directories.add(directory);
            directory = directory.getParent();
        }
    }
}
