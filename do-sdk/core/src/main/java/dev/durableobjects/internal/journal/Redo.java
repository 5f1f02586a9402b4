package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.journal.JournalRecord.Head;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What the journal of an earlier process holds for each database, and how it gets there: page by
/// page, when the database is next used. Doing it twice does no harm. Safe for use by many threads.
public final class Redo {

    private static final int STRIPES = 64;

    /// The size of a page; a database of one has no tables.
    private static final int UNBORN_BYTES = 4_096;

    /// `SQLite format 3` and a zero.
    private static final int MAGIC_BYTES = 16;

    private final Path root;
    private final Map<String, List<Place>> places = new ConcurrentHashMap<>();
    private final Object[] locks = new Object[STRIPES];

    /// Makes an index of nothing.
    ///
    /// @param root the data directory
    Redo(Path root) {
        this.root = root;
        for (int i = 0; i < STRIPES; i++) {
            locks[i] = new Object();
        }
    }

    /// Where a record is.
    private record Place(long segment, int offset, int length, long last) {}

    /// Adds the records of a batch.
    ///
    /// @throws IOException if the records of a database do not follow each other
    void add(long segment, ByteBuffer content, int offset, int records) throws IOException {
        ByteBuffer reader = content.duplicate().position(offset);
        for (int i = 0; i < records; i++) {
            int at = reader.position();
            Head head = Head.read(reader);
            reader.position(reader.position() + head.pageBytes());
            List<Place> known = places.computeIfAbsent(head.file(), file -> new ArrayList<>());
            if (!known.isEmpty() && !head.isWhole() && head.previous() != known.getLast().last()) {
                throw new IOException(
                        ("the journal has a gap: a record of %s follows position %d, the one before"
                                        + " it ends at %d")
                                .formatted(head.file(), head.previous(), known.getLast().last()));
            }
            known.add(new Place(segment, at, reader.position() - at, head.last()));
        }
    }

    /// Returns the databases that have records.
    Set<String> files() {
        return Set.copyOf(places.keySet());
    }

    /// Returns the last position of a database's records, 0 if it has none.
    long last(String file) {
        List<Place> known = places.get(file);
        return known == null ? 0 : known.getLast().last();
    }

    /// Makes a database file hold what the journal has for it, and removes what a killed process
    /// left beside it. Must be called before the file is opened.
    ///
    /// @param file the path of the database in the data directory
    public void prepare(String file) throws IOException {
        synchronized (lock(file)) {
            Path database = root.resolve(file);
            Path aside = Scratch.aside(database);
            if (Files.exists(aside)) {
                Files.move(aside, database);
            }
            Files.deleteIfExists(Scratch.wal(database));
            restore(file);
            dropUnborn(database);
        }
    }

    /// A file whose first commit never came may have lost even its first page with the power. It
    /// had no tables, for these have pages of their own.
    private static void dropUnborn(Path database) throws IOException {
        if (!Files.exists(database)) {
            return;
        }
        long length = Files.size(database);
        if (length > UNBORN_BYTES) {
            return;
        }
        byte[] begin = new byte[MAGIC_BYTES];
        try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "r")) {
            int read = file.read(begin);
            if (read < MAGIC_BYTES || Arrays.equals(begin, new byte[MAGIC_BYTES])) {
                Files.delete(database);
            }
        }
    }

    /// Makes a database file hold what the journal has for it, if nobody has prepared it yet.
    void restore(String file) throws IOException {
        synchronized (lock(file)) {
            List<Place> known = places.get(file);
            if (known != null) {
                Path database = root.resolve(file);
                Files.createDirectories(database.getParent());
                apply(database, known);
                places.remove(file);
            }
        }
    }

    /// Runs something while nobody prepares this file.
    <X extends Exception> void exclusively(String file, Work<X> work) throws X {
        synchronized (lock(file)) {
            work.run();
        }
    }

    /// Something that is done with a file.
    interface Work<X extends Exception> {

        void run() throws X;
    }

    private Object lock(String file) {
        return locks[Math.floorMod(file.hashCode(), STRIPES)];
    }

    private void apply(Path database, List<Place> known) throws IOException {
        try (RandomAccessFile target = new RandomAccessFile(database.toFile(), "rw")) {
            for (Place place : known) {
                ByteBuffer reader = read(place);
                Head head = Head.read(reader);
                byte[] page = new byte[head.pageSize()];
                for (int i = 0; i < head.pages(); i++) {
                    int number = reader.getInt();
                    reader.get(page);
                    target.seek((long) (number - 1) * head.pageSize());
                    target.write(page);
                }
                target.setLength((long) head.databasePages() * head.pageSize());
            }
        }
    }

    private ByteBuffer read(Place place) throws IOException {
        Path file = Segment.file(root.resolve(Segments.DIRECTORY), place.segment());
        byte[] record = new byte[place.length()];
        try (RandomAccessFile source = new RandomAccessFile(file.toFile(), "r")) {
            source.seek(place.offset());
            source.readFully(record);
        }
        return ByteBuffer.wrap(record);
    }
}
