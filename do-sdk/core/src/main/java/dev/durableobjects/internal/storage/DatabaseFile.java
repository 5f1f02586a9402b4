package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.journal.PageParts;
import dev.durableobjects.internal.journal.Scratch;
import dev.durableobjects.spi.PageImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The file of a database and its write-ahead log, as bytes: what a commit has changed is read here
/// when SQLite has written it.
///
/// The database file is opened before SQLite opens it and closed after SQLite has closed it:
/// closing any handle of it in this process drops SQLite's lock. Reading goes without channels,
/// which an interrupt of the calling thread would close. Only the object's thread may use it,
/// except for [#channel] and [#close].
final class DatabaseFile implements AutoCloseable {

    private static final int UNKNOWN = -1;

    /// How many frames of the log are read at once, if it is not known that there are more.
    private static final int FRAMES = 3;

    // Where things are in the header of the log.
    private static final int LOG_HEADER_BYTES = 32;
    private static final int PAGE_SIZE = 8;
    private static final int SALTS = 16;

    private final Path path;
    private final long transactionBytesMax;
    private final RandomAccessFile database;
    private @Nullable RandomAccessFile log;
    private boolean isFirst = true;
    private long consumed;

    /// Where the log is read next, unless it is read elsewhere.
    private long logPosition;

    private int pageSize;
    private long salts;

    /// Where in the log the newest content is of each page that is in it.
    private final Map<Integer, Long> logged = new HashMap<>();

    /// The newest frames if they are few, and where in the log they are: what a commit changes, the
    /// next one often changes again.
    private byte[] recent = {};

    private long recentAt;

    /// How many pages the database had after the last commit that was read.
    private int pagesBefore = UNKNOWN;

    private DatabaseFile(Path path, long transactionBytesMax) throws IOException {
        this.path = path;
        this.transactionBytesMax = transactionBytesMax;
        this.database = new RandomAccessFile(path.toFile(), "rw");
    }

    /// Opens a database file, and makes it if there is none.
    ///
    /// @param transactionBytesMax what one commit may write: it is held in memory as a whole
    static DatabaseFile open(Path path, long transactionBytesMax) throws IOException {
        return new DatabaseFile(path, transactionBytesMax);
    }

    /// Makes the directory of a database. Its name becomes durable with the first commit: channels
    /// are not for callers' threads, which may be interrupted.
    static void makeDirectory(Path database) {
        Path directory = database.toAbsolutePath().getParent();
        try {
            if (directory != null) {
                Files.createDirectories(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + directory, e);
        }
    }

    /// What commits have changed.
    ///
    /// @param isWhole whether the pages are the whole database
    /// @param pageSize the size of a page in bytes
    /// @param databasePages how many pages the database has now
    /// @param pages the newest image of each changed page; none if nothing has changed
    record Changes(boolean isWhole, int pageSize, int databasePages, List<PageImage> pages) {}

    /// Returns what was committed since the last call.
    Changes changes() throws IOException {
        byte[] stretch = newFrames();
        LogFrames frames = LogFrames.read(stretch, pageSize, salts);
        if (frames.pages().isEmpty()) {
            return new Changes(false, pageSize, 0, List.of());
        }
        boolean isWhole = isFirst && database.length() <= pageSize;
        int pagesKept = Math.min(pagesBefore(), frames.databasePagesMin());
        List<PageImage> pages = new ArrayList<>(frames.pages().size() + 1);
        for (Map.Entry<Integer, Integer> page : frames.pages().entrySet()) {
            int number = page.getKey();
            int offset = page.getValue();
            long parts = PageImage.ALL;
            if (isWhole) {
                parts = PageParts.changed(new byte[pageSize], 0, stretch, offset, pageSize);
            } else if (number <= pagesKept) {
                parts = changedParts(number, stretch, offset);
            }
            if (parts != 0) {
                pages.add(new PageImage(number, stretch, offset, parts));
            }
        }
        if (isWhole) {
            addFirstPage(frames, pages);
        }
        isFirst = false;
        frames.pages().forEach((number, offset) -> logged.put(number, consumed + offset));
        pagesBefore = frames.databasePages();
        recent = stretch.length <= FRAMES * frameBytes() ? stretch : new byte[0];
        recentAt = consumed;
        consumed += frames.end();
        return new Changes(isWhole, pageSize, pagesBefore, pages);
    }

    /// Returns how many pages the database had when this was asked last.
    private int pagesBefore() throws IOException {
        return pagesBefore == UNKNOWN ? (int) (database.length() / pageSize) : pagesBefore;
    }

    /// Returns which parts of a page are not as they were before the frames that are new.
    private long changedParts(int number, byte[] stretch, int offset) throws IOException {
        Long frame = logged.get(number);
        RandomAccessFile source = log;
        if (frame == null || source == null) {
            byte[] before = read(database, (number - 1L) * pageSize, pageSize);
            return PageParts.changed(before, 0, stretch, offset, pageSize);
        }
        if (frame >= recentAt && frame + pageSize <= recentAt + recent.length) {
            int before = (int) (frame - recentAt);
            return PageParts.changed(recent, before, stretch, offset, pageSize);
        }
        byte[] before = read(source, frame, pageSize);
        logPosition = frame + pageSize;
        return PageParts.changed(before, 0, stretch, offset, pageSize);
    }

    /// Returns whether everything that was committed has been read. A statement that is not known
    /// to write may have.
    boolean drain() throws IOException {
        return changes().pages().isEmpty();
    }

    /// Moves what was committed from the log into the database, and empties the log. After a
    /// failure, nobody knows where the log begins.
    void copyLog(SqliteConnection connection) throws SQLException {
        if (connection.read("PRAGMA wal_checkpoint(TRUNCATE)")[0] != 0) {
            throw new SQLException("the write-ahead log cannot be copied now");
        }
        consumed = 0;
        logged.clear();
        recent = new byte[0];
    }

    /// Returns how many bytes of the log were read so far.
    long logBytes() {
        return consumed;
    }

    /// Returns the channel of the database file, to be forced by a thread that nobody interrupts.
    FileChannel channel() {
        return database.getChannel();
    }

    /// Returns whether there is a log: SQLite leaves none when it has copied all of it.
    boolean hasLog() {
        return Files.exists(Scratch.wal(path));
    }

    /// Lets the database be as if what is in its log had never been.
    ///
    /// @param closing closes SQLite's connection
    void discardLog(Aside.Closing closing) throws IOException, SQLException {
        Aside.Closing andDeleting =
                () -> {
                    closing.run();
                    Files.deleteIfExists(Scratch.wal(path));
                };
        if (!Aside.tryClose(path, andDeleting, "its log is emptied")) {
            emptyLog();
            closing.run();
        }
    }

    /// SQLite finds nothing in an empty log that it could move into the database.
    private void emptyLog() throws IOException {
        if (hasLog()) {
            try (RandomAccessFile emptied =
                    new RandomAccessFile(Scratch.wal(path).toFile(), "rw")) {
                emptied.setLength(0);
            }
        }
    }

    @Override
    public void close() throws IOException {
        try (database) {
            if (log != null) {
                log.close();
            }
        }
    }

    private byte[] newFrames() throws IOException {
        RandomAccessFile source = log;
        if (source == null && !hasLog()) {
            return new byte[0]; // What could have written has not, or there would be a log.
        }
        if (source == null) {
            source = new RandomAccessFile(Scratch.wal(path).toFile(), "r");
            log = source;
        }
        if (consumed == 0 && source.length() >= LOG_HEADER_BYTES) {
            ByteBuffer header = ByteBuffer.wrap(read(source, 0, LOG_HEADER_BYTES));
            pageSize = header.getInt(PAGE_SIZE);
            salts = header.getLong(SALTS);
            consumed = LOG_HEADER_BYTES;
            logPosition = consumed;
        }
        byte[] few = readFew(source);
        return few.length < FRAMES * frameBytes() ? few : readAll(source);
    }

    /// Reads the frames behind what was consumed, at most [#FRAMES]: with one call of the system,
    /// if the log was read up to there before.
    private byte[] readFew(RandomAccessFile source) throws IOException {
        byte[] frames = new byte[FRAMES * frameBytes()];
        if (logPosition != consumed) {
            source.seek(consumed);
        }
        int read = Math.max(0, source.read(frames));
        logPosition = consumed + read;
        return read < frames.length ? Arrays.copyOf(frames, read) : frames;
    }

    private byte[] readAll(RandomAccessFile source) throws IOException {
        byte[] frames = read(source, consumed, committedBytes(source, source.length()));
        logPosition = consumed + frames.length;
        return frames;
    }

    private int frameBytes() {
        return LogFrames.HEADER_BYTES + pageSize;
    }

    /// Returns how many bytes of the log up to the last commit are new. What was rolled back may
    /// follow, and be long: SQLite does not cut its log.
    private int committedBytes(RandomAccessFile source, long length) throws IOException {
        int frameBytes = frameBytes();
        long end = consumed;
        for (long at = consumed; at + frameBytes <= length; at += frameBytes) {
            ByteBuffer header = ByteBuffer.wrap(read(source, at, LogFrames.HEADER_BYTES));
            if (!LogFrames.isOf(header, 0, salts)) {
                break;
            }
            if (LogFrames.endsCommit(header, 0)) {
                end = at + frameBytes;
            }
        }
        if (end - consumed > transactionBytesMax) {
            throw new IOException(
                    "an event wrote %d bytes of pages, Limit.TRANSACTION_MIB allows %d"
                            .formatted(end - consumed, transactionBytesMax));
        }
        return (int) (end - consumed);
    }

    /// A database of one page has nothing in it, but nobody has made even that page durable.
    private void addFirstPage(LogFrames frames, List<PageImage> pages) throws IOException {
        if (!frames.pages().containsKey(1) && database.length() == pageSize) {
            pages.add(new PageImage(1, read(database, 0, pageSize), 0, PageImage.ALL));
        }
    }

    private static byte[] read(RandomAccessFile source, long from, int length) throws IOException {
        byte[] bytes = new byte[length];
        source.seek(from);
        source.readFully(bytes);
        return bytes;
    }
}
