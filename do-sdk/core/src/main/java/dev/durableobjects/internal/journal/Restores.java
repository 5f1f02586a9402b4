package dev.durableobjects.internal.journal;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.CommitLog;
import dev.durableobjects.spi.PageImage;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;

/// The databases that objects get at their next start, each in a file of its own until then.
///
/// A restore is a commit of the pages that differ. Until it is durable the file stays, so a start
/// after a crash does it again. Safe for use by many threads.
public final class Restores {

    /// The directory of the files, in the data directory.
    static final Path DIRECTORY = Path.of("history", "restore");

    private static final String OBJECTS = "objects/";
    private static final String SUFFIX = ".sqlite";

    /// Bytes of pages in one commit: they are in memory together.
    private static final long COMMIT_BYTES = 64 << 20;

    private static final int PAGE_SIZE_AT = 16;
    private static final int PAGE_BYTES = 4_096;
    private static final int PAGE_BYTES_MAX = 65_536;

    private final Path root;
    private final Path directory;
    private final Disk disk;
    private final Set<String> pending = ConcurrentHashMap.newKeySet();

    /// Shared by those who make or delete files here, held alone while nobody may.
    private final ReadWriteLock files = new ReentrantReadWriteLock();

    /// Finds what an earlier process has left.
    Restores(Path root, Disk disk) throws IOException {
        this.root = root;
        this.directory = root.resolve(DIRECTORY.toString());
        this.disk = disk;
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(SUFFIX))
                        .forEach(name -> pending.add(database(name)));
            }
        }
    }

    /// Writes a database.
    @FunctionalInterface
    interface Source {

        /// Writes it into a file that does not exist.
        void write(Path target) throws IOException;
    }

    /// Returns whether a database is to be restored.
    boolean isPending(String file) {
        return pending.contains(file);
    }

    /// Does something while no restore is prepared or carried out.
    void hold(DirectoryCopy.Step step) throws IOException {
        locked(files.writeLock(), step);
    }

    private static void locked(Lock lock, DirectoryCopy.Step step) throws IOException {
        lock.lock();
        try {
            step.run();
        } finally {
            lock.unlock();
        }
    }

    /// Returns the files of the restores that are pending, by their paths in the data directory. A
    /// log may lie beside one, if a restore was interrupted.
    List<String> files() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(file -> file.getFileName().toString())
                    .filter(name -> !name.endsWith(".new"))
                    .map(name -> "%s/%s/%s".formatted(Archive.DIRECTORY, "restore", name))
                    .sorted()
                    .toList();
        }
    }

    /// Lets a database be restored at the next start of its object; durable when it returns.
    void prepare(String file, Source source) throws IOException {
        locked(files.readLock(), () -> write(file, source));
    }

    private void write(String file, Source source) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            disk.forceNames(directory.getParent());
            disk.forceNames(root);
        }
        Path target = file(file);
        Path scratch = target.resolveSibling(target.getFileName() + ".new");
        Files.deleteIfExists(scratch);
        source.write(scratch);
        try (FileChannel channel = FileChannel.open(scratch, StandardOpenOption.WRITE)) {
            disk.force(scratch, channel);
        }
        disk.move(scratch, target);
        disk.forceNames(directory);
        pending.add(file);
    }

    /// What a restore leaves as it is now. It may be asked again after a crash.
    @FunctionalInterface
    public interface Kept {

        /// Takes it over into the database that comes.
        ///
        /// @param now the database as it is; there may be none
        /// @param wanted the one that replaces it, empty if that has no tables
        void keep(Path now, Path wanted) throws IOException;
    }

    /// Restores a database that is up to date and that nobody has open. When it returns, the
    /// restore is durable, and in the database.
    void run(DurableObjectId id, String file, Kept kept, CommitLog log) throws IOException {
        locked(files.readLock(), () -> restore(id, file, kept, log));
    }

    private void restore(DurableObjectId id, String file, Kept kept, CommitLog log)
            throws IOException {
        Path database = root.resolve(file);
        boolean isNew = Files.notExists(database);
        kept.keep(database, file(file));
        Files.createDirectories(database.getParent());
        try (RandomAccessFile wanted = new RandomAccessFile(file(file).toFile(), "r");
                RandomAccessFile found = new RandomAccessFile(database.toFile(), "rw")) {
            new Copying(id, file, log, wanted, found, isNew).run();
        }
        Files.delete(file(file));
        disk.forceNames(directory);
        pending.remove(file);
    }

    private Path file(String file) {
        return directory.resolve(file.substring(OBJECTS.length()).replace('/', '.'));
    }

    /// A key has no dots.
    private static String database(String name) {
        String stem = name.substring(0, name.length() - SUFFIX.length());
        return OBJECTS + stem.replace('.', '/') + SUFFIX;
    }

    /// One restore. Not safe for several threads.
    private static final class Copying {

        private final DurableObjectId id;
        private final String file;
        private final CommitLog log;
        private final RandomAccessFile wanted;
        private final RandomAccessFile found;
        private final boolean isNew;
        private final int pageSize;
        private final int pages;
        private final List<PageImage> changed = new ArrayList<>();

        Copying(
                DurableObjectId id,
                String file,
                CommitLog log,
                RandomAccessFile wanted,
                RandomAccessFile found,
                boolean isNew)
                throws IOException {
            this.id = id;
            this.file = file;
            this.log = log;
            this.wanted = wanted;
            this.found = found;
            this.isNew = isNew;
            this.pageSize = pageSize(wanted.length() > 0 ? wanted : found);
            this.pages = (int) (wanted.length() / pageSize);
        }

        void run() throws IOException {
            boolean isSameSize = found.length() > 0 && pageSize(found) == pageSize;
            boolean isSameLength = wanted.length() == found.length();
            boolean isWhole = isNew || pages == 0;
            for (int number = 1; number <= pages; number++) {
                byte[] page = page(wanted, number);
                long parts = isSameSize ? parts(page, number) : PageImage.ALL;
                if (parts != 0) {
                    changed.add(new PageImage(number, page, 0, parts));
                }
                if ((long) changed.size() * pageSize >= COMMIT_BYTES) {
                    commit(isWhole);
                    isWhole = false;
                }
            }
            if (!changed.isEmpty() || !isSameLength) {
                commit(isWhole);
            }
        }

        /// Returns which parts of a page differ: all, if there was no such page.
        private long parts(byte[] page, int number) throws IOException {
            boolean isThere = (long) number * pageSize <= found.length();
            return isThere
                    ? PageParts.changed(page(found, number), 0, page, 0, pageSize)
                    : PageImage.ALL;
        }

        private void commit(boolean isWhole) throws IOException {
            List<PageImage> images = List.copyOf(changed);
            changed.clear();
            log.awaitDurable(
                    log.append(
                            new Commit(
                                    id,
                                    file,
                                    isWhole,
                                    true,
                                    pageSize,
                                    pages,
                                    images,
                                    Wake.UNCHANGED)));
            for (PageImage image : images) {
                found.seek((long) (image.number() - 1) * pageSize);
                found.write(image.bytes());
            }
            found.setLength((long) pages * pageSize);
        }

        /// Returns a page; one of zeros where the file has none.
        private byte[] page(RandomAccessFile source, int number) throws IOException {
            byte[] page = new byte[pageSize];
            long begin = (long) (number - 1) * pageSize;
            if (begin + pageSize <= source.length()) {
                source.seek(begin);
                source.readFully(page);
            }
            return page;
        }

        private static int pageSize(RandomAccessFile database) throws IOException {
            if (database.length() < PAGE_SIZE_AT + Short.BYTES) {
                return PAGE_BYTES;
            }
            byte[] size = new byte[Short.BYTES];
            database.seek(PAGE_SIZE_AT);
            database.readFully(size);
            int bytes = Short.toUnsignedInt(ByteBuffer.wrap(size).getShort());
            return bytes == 1 ? PAGE_BYTES_MAX : bytes;
        }
    }
}
