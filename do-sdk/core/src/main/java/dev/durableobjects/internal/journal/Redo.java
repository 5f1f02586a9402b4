package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.journal.JournalRecord.Head;
import dev.durableobjects.internal.journal.SegmentReader.Found;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What the journal has of each database and the database itself lacks, and how it gets there: page
/// by page, when the database is next used. A database lags behind the journal after its process
/// ended or its object broke. Doing it twice does no harm. Safe for use by many threads.
public final class Redo {

    private static final System.Logger LOGGER = System.getLogger(Redo.class.getName());

    private static final int STRIPES = 64;

    /// How many files of the journal may go away while a database catches up.
    private static final int FREED_MAX = 16;

    /// The size of a page in bytes; a database of one has no tables, and may have had no commit.
    public static final int UNBORN_BYTES = 4_096;

    /// How much of the changes of a database is collected before it is written.
    private static final long COLLECTED_BYTES = 16 << 20;

    /// `SQLite format 3` and a zero.
    private static final int MAGIC_BYTES = 16;

    private final Path root;
    private final LongSupplier durable;
    private final MissingDatabases missing;
    private final Map<String, Places> places = new ConcurrentHashMap<>();

    /// The databases that are open, or about to be.
    private final Set<String> used = ConcurrentHashMap.newKeySet();

    /// The databases that were closed without something that the journal has.
    private final Set<String> behind = ConcurrentHashMap.newKeySet();

    /// The databases that were closed since somebody looks for all of them; null if nobody does.
    private volatile @Nullable Set<String> watched;

    private final Object[] locks = new Object[STRIPES];

    /// Makes an index of nothing.
    ///
    /// @param root the data directory
    /// @param durable the position up to which the journal is durable; what is behind it must not
    ///   get into a database
    /// @param missing the databases that are not there
    Redo(Path root, LongSupplier durable, MissingDatabases missing) {
        this.root = root;
        this.durable = durable;
        this.missing = missing;
        for (int i = 0; i < STRIPES; i++) {
            locks[i] = new Object();
        }
    }

    /// Takes over what a start has found in the journal.
    void begin(RecordIndex found) {
        places.putAll(found.places());
    }

    /// Returns the databases that are not there although they must be.
    public MissingDatabases missing() {
        return missing;
    }

    /// Returns the databases that have records.
    Set<String> files() {
        return Set.copyOf(places.keySet());
    }

    /// Returns the last position of a database's records, 0 if it has none.
    long last(String file) {
        Places known = places.get(file);
        return known == null ? 0 : known.last();
    }

    /// Makes a database file hold what the journal has for it, and removes what a killed process
    /// left beside it. Must be called before the file is opened, and [#release] when it is closed.
    ///
    /// @param file the path of the database in the data directory
    public void prepare(String file) throws IOException {
        synchronized (lock(file)) {
            bringUpToDate(file);
            used.add(file);
        }
    }

    /// Prepares a database that is about to be replaced by another: it may be missing.
    void prepareToReplace(String file) throws IOException {
        synchronized (lock(file)) {
            try {
                bringUpToDate(file);
            } catch (MissingDatabaseException e) {
                LOGGER.log(System.Logger.Level.DEBUG, "its records change nothing that is", e);
                Files.deleteIfExists(root.resolve(file)); // It may have no content.
                places.remove(file);
                behind.remove(file);
            }
            used.add(file);
        }
    }

    /// Says that a database that was prepared is not open any more.
    public void release(String file, Closed how) {
        synchronized (lock(file)) {
            if (how == Closed.WITHOUT_LOG) {
                behind.add(file);
            }
            Set<String> watching = watched;
            if (watching != null) {
                watching.add(file);
            }
            used.remove(file);
        }
    }

    /// Says that what was written into a database may be lost: it is read from the journal again
    /// before the database is next opened.
    void distrust(String file) {
        synchronized (lock(file)) {
            behind.add(file);
        }
    }

    /// Begins to watch which databases are in use: who lists the directories meanwhile may miss a
    /// file that is put aside and put back.
    void watch() {
        watched = ConcurrentHashMap.newKeySet();
    }

    /// Returns the databases that were in use since [#watch], and ends it. Some may have no file.
    Set<String> watched() {
        Set<String> found = new HashSet<>(used);
        Set<String> closed = watched; // Read after those in use: who leaves these is in here.
        watched = null;
        if (closed != null) {
            found.addAll(closed);
        }
        return found;
    }

    /// What a database file holds when it is closed.
    public enum Closed {
        /// Everything that was committed.
        WHOLE,
        /// Not what was only in its write-ahead log.
        WITHOUT_LOG
    }

    /// Brings a database up to date, and lets its file be used.
    ///
    /// @return false if the database is in use, and nothing was done
    boolean settle(String file, Checkpointer.Use use) throws IOException {
        synchronized (lock(file)) {
            if (used.contains(file)) {
                return false;
            }
            bringUpToDate(file);
            Path database = root.resolve(file);
            if (Files.exists(database)) {
                try (FileChannel channel =
                        FileChannel.open(
                                database, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    use.run(channel);
                }
            }
            return true;
        }
    }

    private void bringUpToDate(String file) throws IOException {
        Path database = root.resolve(file);
        Scratch.putBack(database);
        Files.deleteIfExists(Scratch.wal(database));
        if (behind.contains(file)) {
            catchUp(database, file);
        } else {
            apply(database, file, places.get(file));
        }
        places.remove(file);
        behind.remove(file);
        dropUnborn(database);
    }

    /// A file of the journal that goes away meanwhile holds only what the database has already.
    private void catchUp(Path database, String file) throws IOException {
        for (int i = 1; ; i++) {
            try {
                apply(database, file, find(file));
                return;
            } catch (FileNotFoundException e) {
                if (i == FREED_MAX) {
                    throw e;
                }
            }
        }
    }

    /// Finds the records of a database while the journal is being written. What is not durable was
    /// never acknowledged, and never will be if the journal has failed.
    private @Nullable Places find(String file) throws IOException {
        RecordIndex found = new RecordIndex();
        for (long segment : Segment.numbers(root.resolve(Segments.DIRECTORY))) {
            try {
                addWritten(found, segment);
            } catch (NoSuchFileException e) {
                LOGGER.log(System.Logger.Level.DEBUG, "freed, so it had nothing of it", e);
            }
        }
        return found.places().get(file);
    }

    private void addWritten(RecordIndex index, long segment) throws IOException {
        Path file = Segment.file(root.resolve(Segments.DIRECTORY), segment);
        SegmentReader reader = SegmentReader.open(file, segment);
        if (reader == null) {
            return;
        }
        Found found = reader.nextWritten();
        while (found != null && found.last() <= durable.getAsLong()) {
            index.add(segment, reader, found);
            found = reader.nextWritten();
        }
    }

    /// A file whose first commit never came may have lost even its first page with the power. It
    /// had no tables, for these have pages of their own.
    private static void dropUnborn(Path database) throws IOException {
        if (Files.exists(database) && isUnborn(database)) {
            Files.delete(database);
        }
    }

    /// Returns whether a database that is up to date is as good as missing.
    public static boolean isUnborn(Path database) throws IOException {
        if (Files.size(database) > UNBORN_BYTES) {
            return false;
        }
        byte[] begin = new byte[MAGIC_BYTES];
        try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "r")) {
            int read = file.read(begin);
            return read < MAGIC_BYTES || Arrays.equals(begin, new byte[MAGIC_BYTES]);
        }
    }

    private Object lock(String file) {
        return locks[Math.floorMod(file.hashCode(), STRIPES)];
    }

    private void apply(Path database, String file, @Nullable Places known) throws IOException {
        if (known == null) {
            return;
        }
        try (Records records = new Records(root.resolve(Segments.DIRECTORY), known)) {
            boolean isThere = Files.exists(database) && !isUnborn(database);
            if (!isThere && !records.head(0).isWhole()) {
                throw missing.refused(file);
            }
            if (!isThere) {
                Files.createDirectories(database.getParent());
            }
            try (RandomAccessFile target = new RandomAccessFile(database.toFile(), "rw")) {
                PageChanges changes = new PageChanges();
                for (int i = 0; i < known.count(); i++) {
                    records.collect(i, changes, target);
                }
                changes.writeTo(target);
            }
        }
    }

    /// Reads records of a database out of the files of the journal, one file after the other.
    private static final class Records implements AutoCloseable {

        private final Path directory;
        private final Places places;
        private @Nullable RandomAccessFile open;
        private long segment;
        private int version;

        Records(Path directory, Places places) {
            this.directory = directory;
            this.places = places;
        }

        Head head(int record) throws IOException {
            return head(open(record));
        }

        /// Adds a record to changes, and writes these when they are many.
        void collect(int record, PageChanges changes, RandomAccessFile target) throws IOException {
            Stretch stored = open(record);
            Head head = head(stored);
            changes.begin(head);
            for (int i = 0; i < head.pages(); i++) {
                if (changes.bytes() > COLLECTED_BYTES) {
                    changes.writeTo(target);
                }
                changes.addPage(head, stored.atLeast(Head.PAGE_BYTES_MAX));
            }
        }

        private Head head(Stretch stored) throws IOException {
            return Head.read(version, stored.atLeast(Head.BYTES_MAX));
        }

        private Stretch open(int record) throws IOException {
            RandomAccessFile source = open;
            if (source == null || segment != places.segment(record)) {
                close();
                segment = places.segment(record);
                source = new RandomAccessFile(Segment.file(directory, segment).toFile(), "r");
                open = source;
                version = Segment.version(source);
            }
            source.seek(places.offset(record));
            return new Stretch(source, places.length(record));
        }

        @Override
        public void close() throws IOException {
            if (open != null) {
                open.close();
            }
        }
    }
}
