package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.journal.SegmentReader.Found;
import dev.durableobjects.internal.journal.Timeline.Base;
import dev.durableobjects.internal.journal.Timeline.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The file that holds the older past of one object, beside the copy of the database that it begins
/// with: batches of one record each, as in a file of the journal. If there is a copy, a first batch
/// without a record stands for it. Not safe for several threads.
final class HistoryFile {

    /// The number of the file in its header and its batches: it is no file of the journal.
    private static final long NUMBER = 0;

    private static final String SUFFIX = ".history";
    private static final String BASE_SUFFIX = ".base";
    private static final String DATABASE_SUFFIX = ".sqlite";
    private static final int COPY_BYTES = 1 << 16;

    private static final byte FIRST_BYTE = (byte) (Batch.MAGIC >>> 24);
    private static final long NOWHERE = -1;

    private final Disk disk;
    private final Path path;
    private int tailBytes;

    /// Names the file.
    ///
    /// @param directory of all such files
    /// @param file the path of the database in the data directory
    HistoryFile(Disk disk, Path directory, String file) {
        this.disk = disk;
        this.path = directory.resolve(stem(file) + SUFFIX);
    }

    /// Returns the database that a file is about, as a path in the data directory; null if it is
    /// not such a file.
    static @Nullable String database(Path directory, Path file) {
        String name = directory.relativize(file).toString().replace('\\', '/');
        return name.endsWith(SUFFIX)
                ? name.substring(0, name.length() - SUFFIX.length()) + DATABASE_SUFFIX
                : null;
    }

    private static String stem(String file) {
        return file.substring(0, file.length() - DATABASE_SUFFIX.length());
    }

    boolean exists() {
        return Files.exists(path);
    }

    Path path() {
        return path;
    }

    /// Returns the name of the copy of the database as it was behind a commit.
    Path base(long position) {
        return sibling("-%016d%s".formatted(position, BASE_SUFFIX));
    }

    /// Returns the name of a file that is being written.
    Path scratch() {
        return sibling(".new");
    }

    private Path sibling(String suffix) {
        String name = path.getFileName().toString();
        return path.resolveSibling(name.substring(0, name.length() - SUFFIX.length()) + suffix);
    }

    /// Reads what the file holds; nothing if there is none.
    Timeline read() throws IOException {
        SegmentReader reader = reader();
        if (reader == null) {
            return new Timeline(null);
        }
        Found found = reader.nextAppended();
        Timeline read = new Timeline(null);
        if (found != null && found.records() == 0) {
            read = new Timeline(base(reader, found));
            found = reader.nextAppended();
        }
        for (; found != null; found = reader.nextAppended()) {
            RecordCursor record = new RecordCursor(reader, found);
            while (record.next()) {
                read.add(Entry.of(path, record, found.millis()));
            }
        }
        tailBytes = reader.content().capacity() - reader.end();
        return read;
    }

    private Base base(SegmentReader reader, Found found) {
        boolean hasChecksum = found.end() - found.offset() >= Integer.BYTES;
        return new Base(
                base(found.last()),
                found.last(),
                found.millis(),
                hasChecksum
                        ? OptionalInt.of(reader.content().getInt(found.offset()))
                        : OptionalInt.empty());
    }

    /// Returns how many bytes that do not count stood behind what was read last.
    int tailBytes() {
        return tailBytes;
    }

    private @Nullable SegmentReader reader() throws IOException {
        return FileTree.isThere(path) ? SegmentReader.open(path, NUMBER) : null;
    }

    /// Writes groups of records behind what the file holds, each group merged; durable when it
    /// returns. Power may be lost when one batch is on the disk and the one before is not, so the
    /// first byte of all comes last: without it nothing counts.
    void append(List<List<Entry>> groups) throws IOException {
        SegmentReader reader = reader();
        if (reader == null) {
            write(null, groups);
            return;
        }
        Found last = reader.nextAppended();
        while (last != null) { // What follows the last was never forced.
            last = reader.nextAppended();
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            long end = reader.end();
            channel.truncate(end);
            new Appender(path, channel, end, end).write(groups);
            disk.force(path, channel);
            disk.write(path, channel, ByteBuffer.wrap(new byte[] {FIRST_BYTE}), end);
            disk.force(path, channel);
        }
    }

    /// Writes the file anew, durably, and deletes copies of the database that it does not begin
    /// with.
    ///
    /// @param base null if nothing was before the first record
    void write(@Nullable Base base, List<List<Entry>> groups) throws IOException {
        makeDirectory();
        Path scratch = scratch();
        try (FileChannel channel =
                FileChannel.open(
                        scratch,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer header = Segment.header(NUMBER, base == null ? 0 : base.position() - 1);
            disk.write(scratch, channel, header, 0);
            Appender appender = new Appender(scratch, channel, Segment.HEADER_BYTES, NOWHERE);
            if (base != null) {
                appender.write(Batch.mark(base.position(), base.checksum()), base.millis());
            }
            appender.write(groups);
            disk.force(scratch, channel);
        }
        disk.move(scratch, path);
        forceNames();
        deleteBasesBut(base);
    }

    /// Gives a copy of the database its name, durably.
    ///
    /// @param position behind which it is the database
    /// @param millis when that was
    Base keepBase(Path scratch, long position, long millis) throws IOException {
        OptionalInt checksum = OptionalInt.of(checksum(scratch));
        Base base = new Base(base(position), position, millis, checksum);
        try (FileChannel channel = FileChannel.open(scratch, StandardOpenOption.WRITE)) {
            disk.force(scratch, channel);
        }
        disk.move(scratch, base.path());
        forceNames();
        return base;
    }

    /// Returns the checksum of a copy of the database.
    static int checksum(Path copy) throws IOException {
        CRC32C checksum = new CRC32C();
        byte[] bytes = new byte[COPY_BYTES];
        try (InputStream source = Files.newInputStream(copy)) {
            for (int read = source.read(bytes); read >= 0; read = source.read(bytes)) {
                checksum.update(bytes, 0, read);
            }
        }
        return (int) checksum.getValue();
    }

    /// Makes the directory of the file.
    void makeDirectory() throws IOException {
        Files.createDirectories(path.getParent());
    }

    /// Deletes the file and its copies of the database.
    void delete() throws IOException {
        if (exists()) {
            disk.delete(path);
            deleteBasesBut(null);
        }
    }

    private void forceNames() throws IOException {
        Path directory = path.getParent();
        for (int i = 0; i < OldSegments.LEVELS && directory != null; i++) {
            disk.forceNames(directory);
            directory = directory.getParent();
        }
    }

    private void deleteBasesBut(@Nullable Base base) throws IOException {
        String begin = sibling("-").getFileName().toString();
        List<Path> bases;
        try (Stream<Path> files = Files.list(path.getParent())) {
            bases = files.filter(one -> one.getFileName().toString().startsWith(begin)).toList();
        }
        for (Path one : bases) {
            if (base == null || !one.equals(base.path())) {
                disk.delete(one);
            }
        }
    }

    /// Writes batches one behind the other. Not safe for several threads.
    private final class Appender implements Pieces.Target {

        private final ByteBuffer buffer = ByteBuffer.allocate(Batch.BUFFER_BYTES_MIN);
        private final Path file;
        private final FileChannel channel;
        private final long hidden;
        private long end;

        /// @param end where the first one comes
        /// @param hidden where to write a zero instead of the byte that belongs there
        Appender(Path file, FileChannel channel, long end, long hidden) {
            this.file = file;
            this.channel = channel;
            this.end = end;
            this.hidden = hidden;
        }

        /// Writes groups of records, each merged.
        void write(List<List<Entry>> groups) throws IOException {
            for (List<Entry> group : groups) {
                write(Batch.of(Thinning.merge(group)), group.getLast().millis());
            }
        }

        void write(Batch batch, long millis) throws IOException {
            batch.write(NUMBER, millis, buffer, this);
        }

        @Override
        public void take(ByteBuffer piece) throws IOException {
            if (end == hidden) {
                piece.put(0, (byte) 0);
            }
            int length = piece.remaining();
            disk.write(file, channel, piece, end);
            end += length;
        }
    }
}
