package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.journal.SegmentReader.Found;
import dev.durableobjects.internal.journal.Timeline.Entry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The files of history: those that the journal does not need any more, and those into which their
/// records are sorted later, one for each object. Safe for use by many threads; one of them digests
/// and sweeps.
final class Archive {

    private static final System.Logger LOGGER = System.getLogger(Archive.class.getName());

    /// The directory of history, in the data directory.
    static final String DIRECTORY = "history";

    /// The directory of the files that were the journal's.
    static final String SEGMENTS = "segments";

    /// The directory of the files of the objects.
    static final String OBJECTS = "objects";

    /// Time is shortened to this, so that it can be computed with.
    private static final Duration CENTURY = Duration.ofDays(36_525);

    /// No position, not even that before every commit.
    private static final long NONE = -1;

    private final Path root;
    private final Path directory;
    private final Disk disk;
    private final InstantSource clock;
    private final HistoryRules rules;
    private final Checkpoints checkpoints;
    private final LongSupplier durable;
    private final MissingDatabases missing;

    Archive(
            Path root,
            Disk disk,
            InstantSource clock,
            HistoryRules rules,
            Checkpoints checkpoints,
            LongSupplier durable,
            MissingDatabases missing) {
        this.root = root;
        this.directory = root.resolve(DIRECTORY);
        this.disk = disk;
        this.clock = clock;
        this.rules = rules;
        this.checkpoints = checkpoints;
        this.durable = durable;
        this.missing = missing;
    }

    /// Takes a file of the journal, of which every database is durable without it.
    synchronized void add(long segment) throws IOException {
        Path source = Segment.file(root.resolve(Segments.DIRECTORY), segment);
        if (rules.isOff()) {
            disk.delete(source);
            return;
        }
        disk.move(source, Segment.file(segments(), segment));
        disk.forceNames(segments());
    }

    /// Returns how many files wait to be digested.
    synchronized int waiting() throws IOException {
        return numbers(segments()).size();
    }

    /// Returns the position of the state of a database at a time.
    ///
    /// @throws dev.durableobjects.BookmarkException if it is not known
    synchronized long positionAt(String file, long millis) throws IOException {
        return timeline(file).positionAt(millis);
    }

    /// Writes a database as it was.
    ///
    /// @param target a file that does not exist; it is empty if there was no database
    /// @throws dev.durableobjects.BookmarkException if it is not known
    synchronized void write(String file, Moment moment, Path target) throws IOException {
        timeline(file).write(moment, target);
    }

    private Timeline timeline(String file) throws IOException {
        Timeline timeline = historyFile(file).read();
        records(file).forEach(timeline::add);
        boolean isKnown = Files.exists(root.resolve(file)) || missing.isMissing(file);
        if (timeline.isEmpty() && isKnown) {
            timeline.breakOff();
        }
        return timeline;
    }

    /// Returns what the journal, and the files that were the journal's, have for a database.
    private List<Entry> records(String file) throws IOException {
        List<Entry> records = new ArrayList<>();
        Consumer<Entry> scan =
                entry -> {
                    if (entry.head().file().equals(file)) {
                        records.add(entry);
                    }
                };
        long last = NONE;
        for (Path files : List.of(segments(), root.resolve(Segments.DIRECTORY))) {
            for (long number : numbers(files)) {
                last = scan(Segment.file(files, number), number, last, scan);
            }
        }
        return records;
    }

    /// @param before the last position of the file before, NONE if there is none
    /// @return the last position of this one
    private long scan(Path file, long number, long before, Consumer<Entry> scan)
            throws IOException {
        SegmentReader reader = SegmentReader.open(file, number);
        if (reader == null) {
            return before; // The newest, which was just made.
        }
        if (before != NONE && reader.before() != before) {
            throw SegmentReader.damaged(
                    "history has a gap: %s begins behind position %d, the file before it ends at %d"
                            .formatted(file, reader.before(), before));
        }
        for (Found found = next(file, reader); found != null; found = next(file, reader)) {
            RecordCursor record = new RecordCursor(reader, found);
            while (record.next()) {
                scan.accept(Entry.of(file, record, found.millis()));
            }
        }
        return reader.last();
    }

    /// Only the journal is still being written.
    private @Nullable Found next(Path file, SegmentReader reader) throws IOException {
        return file.startsWith(segments()) ? reader.next() : reader.nextWritten();
    }

    /// Sorts the records of files that were the journal's into the files of the objects, and
    /// deletes them.
    void digest() throws IOException {
        Map<String, List<Entry>> fresh = new TreeMap<>();
        List<Long> digested;
        long end;
        synchronized (this) { // None comes from the journal meanwhile.
            digested = numbers(segments());
            end = journalBegin();
        }
        long last = NONE;
        for (long number : digested) {
            last =
                    scan(
                            Segment.file(segments(), number),
                            number,
                            last,
                            entry ->
                                    fresh.computeIfAbsent(
                                                    entry.head().file(), file -> new ArrayList<>())
                                            .add(entry));
        }
        if (last != NONE && end != NONE && last != end) {
            throw SegmentReader.damaged(
                    "history has a gap: it ends at position %d, and the journal begins behind %d"
                            .formatted(last, end));
        }
        for (Map.Entry<String, List<Entry>> one : fresh.entrySet()) {
            digest(one.getKey(), one.getValue(), retention(one.getKey()));
        }
        synchronized (this) {
            for (long number : digested) {
                disk.delete(Segment.file(segments(), number));
                disk.forceNames(segments()); // One that came back after its successor is a gap.
            }
        }
    }

    /// Returns the position behind which the journal begins, NONE if that is not known yet.
    private long journalBegin() throws IOException {
        Path journal = root.resolve(Segments.DIRECTORY);
        List<Long> numbers = numbers(journal);
        if (numbers.isEmpty()) {
            return NONE;
        }
        long first = numbers.getFirst();
        SegmentReader reader = SegmentReader.open(Segment.file(journal, first), first);
        return reader == null ? NONE : reader.before();
    }

    private void digest(String file, List<Entry> fresh, Duration retention) throws IOException {
        boolean isGrounded = true;
        synchronized (this) {
            if (retention.isZero()) {
                historyFile(file).delete();
            } else {
                isGrounded = digest(file, retention).run(fresh);
            }
        }
        if (!isGrounded) {
            begin(file);
        }
    }

    private Digest digest(String file, Duration retention) {
        return new Digest(
                historyFile(file), retention.toMillis(), rules.objectBytesMax(), clock.millis());
    }

    private Duration retention(String file) {
        Duration retention = rules.retention(file);
        return retention.compareTo(CENTURY) < 0 ? retention : CENTURY;
    }

    /// Makes what is old coarser, and forgets what is too old. When all together take too much,
    /// what is old is forgotten sooner.
    ///
    /// @return whether it takes no more than it may
    boolean sweep() throws IOException {
        int share = 1;
        sweep(share);
        while (isFull() && share < Integer.MAX_VALUE / 2) {
            share *= 2;
            if (sweep(share) == 0) {
                LOGGER.log(
                        System.Logger.Level.WARNING,
                        "history takes {0} bytes, though nothing is kept but its begin; raise"
                                + " historyMib",
                        bytes());
                return false;
            }
        }
        return true;
    }

    /// @param share of its retention that is kept of each object's past, as a divisor
    /// @return of how many objects a past is kept that could be shorter
    private int sweep(int share) throws IOException {
        int left = 0;
        for (String file : objects()) {
            Duration retention = retention(file).dividedBy(share);
            if (retention.isZero() && !retention(file).isZero()) {
                retention = Duration.ofMillis(1);
            }
            digest(file, List.of(), retention);
            left += historyFile(file).read().entries().isEmpty() ? 0 : 1;
        }
        return left;
    }

    /// Returns the databases that have a file here.
    private List<String> objects() throws IOException {
        List<String> objects = new ArrayList<>();
        FileTree.forEach(
                directory.resolve(OBJECTS),
                (file, attributes) -> {
                    String database = HistoryFile.database(directory, file);
                    if (database != null) {
                        objects.add(database);
                    }
                });
        return objects;
    }

    /// Returns whether all together take too much.
    boolean isFull() throws IOException {
        return bytes() > rules.bytesMax();
    }

    private long bytes() throws IOException {
        LongAdder bytes = new LongAdder();
        FileTree.forEach(directory, (file, attributes) -> bytes.add(attributes.size()));
        return bytes.sum();
    }

    /// Begins the history of an object with a copy of its database. The copy need not be of a
    /// single moment: any record that it lacks, wholly or partly, is still here.
    void begin(String file) throws IOException {
        HistoryFile target = historyFile(file);
        target.makeDirectory();
        Path scratch = target.scratch();
        Files.deleteIfExists(scratch);
        checkpoints.run(file, database -> copy(database, scratch));
        if (Files.notExists(scratch)) {
            return; // There is no database any more.
        }
        synchronized (this) {
            long position = durable.getAsLong();
            try (RandomAccessFile database = new RandomAccessFile(scratch.toFile(), "rw")) {
                List<Entry> records = records(file);
                records.removeIf(entry -> entry.head().last() > position);
                Timeline.apply(records, database);
            }
            digest(file, retention(file)).begin(scratch, position, clock.millis());
        }
    }

    /// The channel is the object's: it must stay open, and where it is.
    static void copy(FileChannel database, Path target) throws IOException {
        try (FileChannel copy =
                FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long size = database.size();
            for (long at = 0; at < size; ) {
                long moved = database.transferTo(at, size - at, copy);
                if (moved <= 0) {
                    break; // It became shorter; a record says so.
                }
                at += moved;
            }
        }
    }

    /// Returns whether an object has a file here.
    boolean has(String file) {
        return historyFile(file).exists();
    }

    private HistoryFile historyFile(String file) {
        return new HistoryFile(disk, directory, file);
    }

    private Path segments() {
        return directory.resolve(SEGMENTS);
    }

    private static List<Long> numbers(Path files) throws IOException {
        return FileTree.isThere(files) ? Segment.numbers(files) : List.of();
    }
}
