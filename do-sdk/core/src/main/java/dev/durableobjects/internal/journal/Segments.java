package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.gate.Latch;
import dev.durableobjects.internal.gate.Waiting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The files of the journal: the one that is written, and the old ones, each kept until every
/// database that it has commits of is durable without it.
///
/// Only the writing thread writes and closes it, and only a thread of its own frees; everything
/// else is safe for use by many threads.
final class Segments implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(Segments.class.getName());

    /// The directory of the files, in the data directory.
    static final String DIRECTORY = "journal";

    /// How many directories name an object's file, the data directory included.
    static final int LEVELS = 4;

    /// Seconds that a checkpoint under way has when the journal closes.
    private static final int CLOSE_SECONDS = 10;

    /// Bytes after which a file is followed by the next, at most.
    private static final long SEGMENT_BYTES = 16 << 20;

    /// How many files the journal has at least when it has reached its bound: the last of them is
    /// never freed.
    private static final int FILES = 16;

    private final Path root;
    private final Path directory;
    private final Disk disk;
    private final Waiting waiting;
    private final long bytesMax;
    private final long segmentBytes;
    private final Redo redo;
    private final JournalIndex index;
    private final Checkpoints checkpoints;
    private final History history;
    private final Latch freed;
    private volatile @Nullable Thread freeing;

    /// Held while a file is freed, and while all must stay where they are. This one is the outer.
    private final Object freeingLock = new Object();

    // Only the writing thread.
    private Segment current;

    // Guarded by this.
    private final TreeMap<Long, Old> old = new TreeMap<>();
    private long freedUpTo;
    private final Map<String, Long> firstSegmentOf = new HashMap<>();
    private long number = 1;
    private long durableBytes;
    private long last;
    private long millis;
    private String obstacle = "";
    private boolean closed;

    private Segments(
            Path root,
            Disk disk,
            Waiting waiting,
            long bytesMax,
            Redo redo,
            Checkpoints checkpoints,
            History history,
            JournalIndex index)
            throws IOException {
        this.root = root;
        this.directory = root.resolve(DIRECTORY);
        this.disk = disk;
        this.waiting = waiting;
        this.bytesMax = bytesMax;
        this.segmentBytes = Math.min(SEGMENT_BYTES, bytesMax / FILES);
        this.redo = redo;
        this.index = index;
        this.checkpoints = checkpoints;
        this.history = history;
        readAll();
        this.current = create(number, last);
        this.durableBytes = current.bytes();
        this.freed = new Latch(waiting);
    }

    /// Begins to free: what is freed is not in the index any more.
    void start() {
        freeing = waiting.start("durable-checkpoints", this::freeAll);
    }

    private void wake() {
        Thread started = freeing;
        if (started != null) {
            waiting.unpark(started);
        }
    }

    /// Reads the files of a data directory, and begins a new one.
    ///
    /// @param redo gets what the files hold
    /// @param history gets files that are not needed any more
    /// @param index told what the records say
    static Segments open(
            Path root,
            Disk disk,
            Waiting waiting,
            long bytesMax,
            Redo redo,
            Checkpoints checkpoints,
            History history,
            JournalIndex index)
            throws IOException {
        Path directory = root.resolve(DIRECTORY);
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            disk.forceNames(root);
        }
        return new Segments(root, disk, waiting, bytesMax, redo, checkpoints, history, index);
    }

    /// Returns the position of the last commit that was read at the start.
    synchronized long last() {
        return last;
    }

    /// Returns the time of the newest batch that was read at the start, in milliseconds.
    synchronized long millis() {
        return millis;
    }

    /// Returns the number of the file that is written.
    synchronized long number() {
        return number;
    }

    /// Returns the position up to which the journal has no records any more.
    synchronized long freedUpTo() {
        return freedUpTo;
    }

    /// Goes on to the next file if this one is full, and notes whose commits come.
    void beforeWrite(Batch batch) throws IOException {
        if (current.bytes() > segmentBytes) {
            long bytes = current.bytes();
            current.close();
            synchronized (this) {
                old.put(number, new Old(bytes, last));
                number++;
                durableBytes = 0; // There is no such file yet.
            }
            current = create(number(), last());
            synchronized (this) {
                durableBytes = current.bytes();
            }
            wake();
        }
        synchronized (this) {
            batch.files().forEach(file -> firstSegmentOf.putIfAbsent(file, number));
        }
    }

    private Segment create(long made, long before) throws IOException {
        Segment segment = Segment.create(disk, directory, segmentBytes, made, before);
        Newest.write(disk, directory, made);
        return segment;
    }

    /// Writes a batch, and returns when it is durable.
    void write(ByteBuffer bytes) throws IOException {
        current.append(bytes);
        current.force();
    }

    /// Notes what is durable.
    synchronized void afterWrite(long position) {
        last = position;
        durableBytes = current.bytes();
    }

    /// Returns how far the journal goes now.
    synchronized Cut cut() {
        return new Cut(List.copyOf(old.keySet()), number, durableBytes, last);
    }

    /// Does something while no file is freed. What can be freed waits.
    void holdFiles(DirectoryCopy.Step step) throws IOException {
        synchronized (freeingLock) {
            waitFor("a backup");
            try {
                step.run();
            } finally {
                waitFor("");
                wake();
            }
        }
    }

    /// Ends the freeing, and closes the file that is written.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        wake();
        freed.awaitUntil(waiting.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS));
        try {
            current.close();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "closing the journal failed", e);
        }
    }

    private void readAll() throws IOException {
        List<Long> numbers = Segment.numbers(directory);
        Newest.check(root, numbers);
        for (int i = 0; i < numbers.size(); i++) {
            read(numbers.get(i), i == 0, i == numbers.size() - 1);
        }
    }

    /// An earlier process may have left a batch that it never forced, or could not. It is as good
    /// as any other, but whoever relies on it must find it again. It is written once more, since a
    /// failed sync leaves what it did not write looking as if it were written.
    private void harden(Path file, SegmentReader reader) throws IOException {
        ByteBuffer tail = reader.lastWhole();
        int begin = tail.position();
        ByteBuffer copy = ByteBuffer.allocate(tail.remaining()).put(tail).flip();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            disk.write(file, channel, copy, begin);
            disk.force(file, channel);
        }
    }

    private void read(long segment, boolean isFirst, boolean isLast) throws IOException {
        Path file = Segment.file(directory, segment);
        SegmentReader reader = SegmentReader.open(file, segment);
        if (reader == null) {
            if (!isLast) {
                throw SegmentReader.damaged(file + " is empty, but not the last of the journal");
            }
            number = segment; // The process ended before it used it: it is begun again.
            return;
        }
        if (!isFirst && reader.before() != last) {
            throw SegmentReader.damaged(
                    ("the journal has a gap: %s begins behind position %d, the file before it ends"
                                    + " at %d")
                            .formatted(file, reader.before(), last));
        }
        last = reader.before();
        for (SegmentReader.Found found = reader.next(); found != null; found = reader.next()) {
            index.add(redo.add(segment, reader, found));
            last = found.last();
            millis = Math.max(millis, found.millis());
        }
        if (isLast) {
            harden(file, reader);
        }
        old.put(segment, new Old(Files.size(file), last));
        number = segment + 1;
        redo.files().forEach(one -> firstSegmentOf.putIfAbsent(one, segment));
    }

    private void freeAll() {
        while (true) {
            if (isClosed()) {
                freed.open();
                return;
            }
            boolean isDone = bytes() <= bytesMax;
            if (!isDone) {
                try {
                    synchronized (freeingLock) {
                        isDone = !freeOldest();
                    }
                } catch (IOException | RuntimeException e) {
                    isDone = true;
                    waitFor(String.valueOf(e.getMessage()));
                    LOGGER.log(
                            System.Logger.Level.WARNING,
                            "a file of the journal cannot be freed now; it is tried again with the"
                                    + " next file",
                            e);
                }
            }
            if (isDone) {
                waiting.park(this);
            }
        }
    }

    /// Returns how the journal is doing.
    ///
    /// @param failure why it has failed, empty if it has not
    synchronized JournalState state(String failure, boolean isLate) {
        return new JournalState(failure, isLate, bytes(), bytesMax, obstacle);
    }

    private synchronized void waitFor(String what) {
        obstacle = what;
    }

    private synchronized long bytes() {
        return old.values().stream().mapToLong(Old::bytes).sum();
    }

    /// @return whether one was freed
    private boolean freeOldest() throws IOException {
        long oldest;
        List<String> files;
        synchronized (this) {
            boolean isNextDurable = durableBytes > 0 || old.size() > 1;
            if (old.isEmpty() || !isNextDurable) {
                return false; // Without any file nobody would know where the journal goes on.
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
            if (isClosed()) {
                return false;
            }
            waitFor(file);
            Path database = root.resolve(file);
            checkpoints.run(file, channel -> disk.force(database, channel));
            addDirectories(database, directories);
        }
        for (Path one : directories) {
            disk.forceNames(one);
        }
        index.force();
        history.archive(segment);
        disk.forceNames(directory); // One that came back after its successor has gone is a gap.
        synchronized (this) {
            Old gone = old.remove(segment);
            freedUpTo = gone == null ? freedUpTo : gone.last();
            obstacle = "";
        }
        return true;
    }

    private static void addDirectories(Path database, Set<Path> directories) {
        Path directory = database.getParent();
        for (int i = 0; i < LEVELS && directory != null; i++) {
            directories.add(directory);
            directory = directory.getParent();
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /// A file that is not written any more.
    ///
    /// @param bytes its size
    /// @param last the last position in it or before it
    private record Old(long bytes, long last) {}
}
