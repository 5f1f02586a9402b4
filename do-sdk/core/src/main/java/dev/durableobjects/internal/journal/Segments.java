package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// The files of the journal: the one that is written, and the old ones.
///
/// The writing thread writes; the rest may be used by any.
final class Segments implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(Segments.class.getName());

    /// The directory of the files, in the data directory.
    static final String DIRECTORY = "journal";

    /// Bytes after which a file is followed by the next, at most.
    private static final long SEGMENT_BYTES = 16 << 20;

    /// How many files the journal has at least when it has reached its bound: the last of them is
    /// never freed.
    private static final int FILES = 16;

    private final Path root;
    private final Path directory;
    private final Disk disk;
    private final long segmentBytes;
    private final JournalIndex index;
    private final OldSegments old;

    // Only the writing thread.
    private Segment current;

    // Guarded by this.
    private long number = 1;
    private long durableBytes;
    private long last;
    private long millis;

    private Segments(
            Path root, Disk disk, long bytesMax, Redo redo, JournalIndex index, OldSegments old)
            throws IOException {
        this.root = root;
        this.directory = root.resolve(DIRECTORY);
        this.disk = disk;
        this.segmentBytes = Math.min(SEGMENT_BYTES, bytesMax / FILES);
        this.index = index;
        this.old = old;
        readAll(redo);
        this.current = create(number, last);
        this.durableBytes = current.bytes();
    }

    /// Begins to free old files: what is freed is not in the index any more.
    void start() {
        old.start(this::isDurable);
    }

    /// Returns whether there is a file, durably, to which the journal writes.
    private synchronized boolean isDurable() {
        return durableBytes > 0;
    }

    /// Reads the files of a data directory, and begins a new one.
    ///
    /// @param bytesMax the size of all from which the old are freed
    /// @param redo gets what the files hold
    /// @param index told what the records say
    /// @param old gets the files that are there
    static Segments open(
            Path root, Disk disk, long bytesMax, Redo redo, JournalIndex index, OldSegments old)
            throws IOException {
        Path directory = root.resolve(DIRECTORY);
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            disk.forceNames(root);
        }
        return new Segments(root, disk, bytesMax, redo, index, old);
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

    /// Goes on to the next file if this one is full, and notes whose commits come.
    void beforeWrite(Batch batch) throws IOException {
        if (current.bytes() > segmentBytes) {
            long bytes = current.bytes();
            current.close();
            synchronized (this) {
                old.add(number, bytes, last);
                number++;
                durableBytes = 0; // There is no such file yet.
            }
            current = create(number(), last());
            synchronized (this) {
                durableBytes = current.bytes();
            }
            old.wake();
        }
        old.addDatabases(batch.files(), number());
    }

    private Segment create(long made, long before) throws IOException {
        Segment segment = Segment.create(disk, directory, segmentBytes, made, before);
        Newest.write(disk, directory, made);
        return segment;
    }

    /// Writes a batch, and returns when it is durable.
    ///
    /// @param millis the time of it
    /// @param buffer what it is written through
    void write(Batch batch, long millis, ByteBuffer buffer) throws IOException {
        batch.write(number(), millis, buffer, current::append);
        current.force();
    }

    /// Notes what is durable.
    synchronized void afterWrite(long position) {
        last = position;
        durableBytes = current.bytes();
    }

    /// Returns how far the journal goes now.
    synchronized Cut cut() {
        return new Cut(old.numbers(), number, durableBytes, last);
    }

    /// Ends the freeing, and closes the file that is written.
    @Override
    public void close() {
        old.close();
        try {
            current.close();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "closing the journal failed", e);
        }
    }

    private void readAll(Redo redo) throws IOException {
        List<Long> numbers = Segment.numbers(directory);
        Newest.check(root, numbers);
        RecordIndex records = new RecordIndex();
        for (int i = 0; i < numbers.size(); i++) {
            read(numbers.get(i), i == 0, i == numbers.size() - 1, records);
        }
        redo.begin(records);
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

    private void read(long segment, boolean isFirst, boolean isLast, RecordIndex records)
            throws IOException {
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
            index.add(records.add(segment, reader, found));
            last = found.last();
            millis = Math.max(millis, found.millis());
        }
        if (isLast) {
            harden(file, reader);
        }
        old.add(segment, Files.size(file), last);
        number = segment + 1;
        old.addDatabases(records.files(), segment);
    }
}
