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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The files of the journal: the one that is written, and the old ones, each kept until every
/// database that it has commits of is durable without it.
///
/// The writing thread writes; a thread of its own frees.
final class Segments implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(Segments.class.getName());

    /// The directory of the files, in the data directory.
    static final String DIRECTORY = "journal";

    /// How many directories name an object's file, the data directory included.
    private static final int LEVELS = 4;

    /// Seconds that a checkpoint under way has when the journal closes.
    private static final int CLOSE_SECONDS = 10;

    /// Bytes after which a file is followed by the next.
    private static final long SEGMENT_BYTES = 16 << 20;

    private final Path root;
    private final Path directory;
    private final Disk disk;
    private final Waiting waiting;
    private final long bytesMax;
    private final Redo redo;
    private final Latch freed;
    private final Thread freeing;

    // Only the writing thread.
    private Segment current;

    // Guarded by this.
    private final TreeMap<Long, Long> old = new TreeMap<>();
    private final Map<String, Long> firstSegmentOf = new HashMap<>();
    private long number;
    private long last;
    private Checkpointer live = file -> false;
    private boolean closed;

    private Segments(Path root, Disk disk, Waiting waiting, long bytesMax, Redo redo)
            throws IOException {
        this.root = root;
        this.directory = root.resolve(DIRECTORY);
        this.disk = disk;
        this.waiting = waiting;
        this.bytesMax = bytesMax;
        this.redo = redo;
        readAll();
        this.current = Segment.create(disk, directory, number, last);
        this.freed = new Latch(waiting);
        this.freeing = waiting.start("durable-checkpoints", this::freeAll);
    }

    /// Reads the files of a data directory, and begins a new one.
    static Segments open(Path root, Disk disk, Waiting waiting, long bytesMax) throws IOException {
        Path directory = root.resolve(DIRECTORY);
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            disk.forceNames(root);
        }
        return new Segments(root, disk, waiting, bytesMax, new Redo(root));
    }

    Redo redo() {
        return redo;
    }

    /// Returns the position of the last commit that was read at the start.
    synchronized long last() {
        return last;
    }

    /// Returns the number of the file that is written.
    synchronized long number() {
        return number;
    }

    synchronized void checkpointThrough(Checkpointer checkpointer) {
        live = checkpointer;
    }

    /// Goes on to the next file if this one is full, and notes whose commits come.
    void beforeWrite(Batch batch) throws IOException {
        if (current.bytes() > SEGMENT_BYTES) {
            long bytes = current.bytes();
            current.close();
            synchronized (this) {
                old.put(number, bytes);
                number++;
            }
            current = Segment.create(disk, directory, number(), last());
            waiting.unpark(freeing);
        }
        synchronized (this) {
            batch.files().forEach(file -> firstSegmentOf.putIfAbsent(file, number));
        }
    }

    /// Writes a batch, and returns when it is durable.
    void write(ByteBuffer bytes) throws IOException {
        current.append(bytes);
        current.force();
    }

    synchronized void afterWrite(long position) {
        last = position;
    }

    /// Ends the freeing, and closes the file that is written.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        waiting.unpark(freeing);
        freed.awaitUntil(waiting.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS));
        try {
            current.close();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "closing the journal failed", e);
        }
    }

    private void readAll() throws IOException {
        List<Long> numbers;
        try (Stream<Path> files = Files.list(directory)) {
            numbers =
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(Segment.SUFFIX))
                            .map(name -> name.substring(0, name.indexOf('.')))
                            .map(Long::valueOf)
                            .sorted()
                            .toList();
        }
        for (int i = 0; i < numbers.size(); i++) {
            read(numbers.get(i), i == 0, i == numbers.size() - 1);
        }
        if (!numbers.isEmpty()) {
            force(Segment.file(directory, numbers.getLast()));
        }
        number = numbers.isEmpty() ? 1 : numbers.getLast() + 1;
    }

    /// A killed process may have left a batch that it never forced. It is as good as any other, but
    /// whoever relies on it must find it again.
    private void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            disk.force(file, channel);
        }
    }

    private void read(long segment, boolean isFirst, boolean isLast) throws IOException {
        Path file = Segment.file(directory, segment);
        SegmentReader reader = SegmentReader.open(file, segment);
        if (reader == null) {
            if (!isLast) {
                throw new IOException(file + " is empty, but not the last of the journal");
            }
            return;
        }
        if (!isFirst && reader.before() != last) {
            throw new IOException(
                    ("the journal has a gap: %s begins behind position %d, the file before it ends"
                                    + " at %d")
                            .formatted(file, reader.before(), last));
        }
        last = reader.before();
        for (SegmentReader.Found found = reader.next(); found != null; found = reader.next()) {
            redo.add(segment, reader.content(), found.offset(), found.records());
            last = found.last();
        }
        old.put(segment, Files.size(file));
        redo.files().forEach(one -> firstSegmentOf.putIfAbsent(one, segment));
    }

    private void freeAll() {
        while (true) {
            synchronized (this) {
                if (closed) {
                    freed.open();
                    return;
                }
            }
            boolean isDone = bytes() <= bytesMax;
            if (!isDone) {
                try {
                    isDone = !freeOldest();
                } catch (IOException | RuntimeException e) {
                    isDone = true;
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

    private synchronized long bytes() {
        return old.values().stream().mapToLong(Long::longValue).sum();
    }

    /// @return whether one was freed
    private boolean freeOldest() throws IOException {
        long oldest;
        List<String> files;
        synchronized (this) {
            if (old.isEmpty()) {
                return false;
            }
            oldest = old.firstKey();
            files =
                    firstSegmentOf.entrySet().stream()
                            .filter(entry -> entry.getValue() <= oldest)
                            .map(Map.Entry::getKey)
                            .toList();
        }
        for (String file : files) {
            checkpoint(file, oldest);
        }
        Files.delete(Segment.file(directory, oldest));
        synchronized (this) {
            old.remove(oldest);
        }
        return true;
    }

    private void checkpoint(String file, long oldest) throws IOException {
        Checkpointer used;
        synchronized (this) {
            firstSegmentOf.remove(file); // A commit from now on puts it in again.
            used = live;
        }
        boolean isDone = false;
        try {
            if (!used.checkpoint(file)) {
                settle(file);
            }
            forceNames(root.resolve(file));
            isDone = true;
        } finally {
            if (!isDone) {
                synchronized (this) {
                    firstSegmentOf.put(file, oldest);
                }
            }
        }
    }

    /// Makes a database durable that was not in use a moment ago. If it is now, this does no harm:
    /// whoever opens it has prepared it before, and what it commits is in a newer file.
    private void settle(String file) throws IOException {
        redo.restore(file);
        Path database = root.resolve(file);
        redo.exclusively(
                file,
                () -> {
                    if (Files.exists(database)) {
                        force(database);
                    }
                });
    }

    private void forceNames(Path database) throws IOException {
        Path directory = database.getParent();
        for (int i = 0; i < LEVELS && directory != null; i++) {
            disk.forceNames(directory);
            directory = directory.getParent();
        }
    }
}
