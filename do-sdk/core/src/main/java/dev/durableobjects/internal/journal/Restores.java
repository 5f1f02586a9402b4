package dev.durableobjects.internal.journal;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.spi.CommitLog;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;

/// The databases that objects get at their next start, each in a file of its own until then.
///
/// A restore is a commit of the pages that differ. Until it is durable the file stays, so a start
/// after a crash does it again. Safe for use by many threads.
public final class Restores {

    private static final System.Logger LOGGER = System.getLogger(Restores.class.getName());

    /// The directory of the files, in the data directory.
    static final Path DIRECTORY = Path.of("history", "restore");

    private static final String OBJECTS = "objects/";
    private static final String SUFFIX = ".sqlite";
    private static final String SCRATCH = ".new";

    /// Shared by those who make or delete files here, held alone while nobody may.
    private final ReadWriteLock filesLock = new ReentrantReadWriteLock();

    private final Path root;
    private final Path directory;
    private final Disk disk;
    private final MissingDatabases missing;
    private final Map<String, Kind> pending = new ConcurrentHashMap<>();
    private final AtomicLong scratches = new AtomicLong();

    /// What becomes of the alarm and the schedules of an object.
    enum Kind {
        /// They stay as they are.
        REWIND(SUFFIX),
        /// They become those of the database that comes.
        REPLACE(".replace");

        private final String suffix;

        Kind(String suffix) {
            this.suffix = suffix;
        }
    }

    /// Finds what an earlier process has left.
    Restores(Path root, Disk disk, MissingDatabases missing) throws IOException {
        this.root = root;
        this.missing = missing;
        this.directory = root.resolve(DIRECTORY.toString());
        this.disk = disk;
        if (Files.isDirectory(directory)) {
            List<Path> found;
            try (Stream<Path> files = Files.list(directory)) {
                found = files.toList();
            }
            for (Path file : found) {
                if (file.toString().endsWith(SCRATCH)) {
                    Files.delete(file);
                }
            }
            find(found, Kind.REWIND);
            find(found, Kind.REPLACE);
        }
    }

    private void find(List<Path> found, Kind kind) throws IOException {
        for (Path file : found) {
            String name = file.getFileName().toString();
            if (name.endsWith(kind.suffix)) {
                String database = database(name, kind);
                pending.put(database, kind);
                if (kind == Kind.REPLACE) {
                    Files.deleteIfExists(file(database, Kind.REWIND)); // It was asked for before.
                }
            }
        }
    }

    /// Writes a database.
    @FunctionalInterface
    public interface Source {

        /// Writes it into a file that does not exist.
        void write(Path target) throws IOException;
    }

    /// A database that is written, and durable, but that no object gets yet. Used by one thread.
    public final class Staged implements AutoCloseable {

        private final String file;
        private final Kind kind;
        private final Path scratch;
        private boolean isEmpty;

        private Staged(String file, Kind kind, Path scratch) {
            this.file = file;
            this.kind = kind;
            this.scratch = scratch;
        }

        /// Returns the path of the database in the data directory.
        String file() {
            return file;
        }

        /// Returns whether it is no database, since there was none.
        public boolean isEmpty() {
            return isEmpty;
        }

        /// Lets the object have it at its next start, instead of what was to be restored before;
        /// durable when it returns.
        void prepare() throws IOException {
            locked(filesLock.readLock(), this::become);
        }

        private void become() throws IOException {
            Path target = Restores.this.file(file, kind);
            Files.deleteIfExists(Scratch.wal(target)); // Of one that was here before.
            disk.move(scratch, target);
            boolean isDone = false;
            try {
                for (Kind other : Kind.values()) {
                    if (other != kind) {
                        Files.deleteIfExists(Restores.this.file(file, other));
                    }
                }
                disk.forceNames(directory);
                isDone = true;
            } finally {
                if (!isDone) {
                    takeBack(target);
                }
            }
            pending.put(file, kind);
        }

        /// Who is told that it failed must not find it done one day. If even this fails, it is done
        /// as soon as the object starts again, and not only when the process does.
        private void takeBack(Path target) throws IOException {
            pending.put(file, kind);
            disk.delete(target);
            disk.forceNames(directory);
            pending.remove(file);
        }

        /// Forgets it, if it was not prepared.
        @Override
        public void close() {
            try {
                Files.deleteIfExists(scratch);
            } catch (IOException e) { // The next start deletes it.
                LOGGER.log(System.Logger.Level.DEBUG, "left behind", e);
            }
        }
    }

    /// Returns whether a database is to be restored.
    boolean isPending(String file) {
        return pending.containsKey(file);
    }

    /// Does something while no restore is prepared or carried out.
    void hold(IoAction step) throws IOException {
        locked(filesLock.writeLock(), step);
    }

    private static void locked(Lock lock, IoAction step) throws IOException {
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
                    .filter(name -> !name.endsWith(SCRATCH))
                    .map(name -> DIRECTORY.resolve(name).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }

    /// Lets a database be restored at the next start of its object; durable when it returns.
    void prepare(String file, Source source) throws IOException {
        try (Staged staged = stage(file, Kind.REWIND, source)) {
            staged.prepare();
        }
    }

    /// Writes what a database is to become.
    Staged stage(String file, Kind kind, Source source) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            disk.forceNames(directory.getParent());
            disk.forceNames(root);
        }
        String name = stem(file) + "." + scratches.incrementAndGet() + SCRATCH;
        Staged staged = new Staged(file, kind, directory.resolve(name));
        boolean isDone = false;
        try {
            source.write(staged.scratch);
            try (FileChannel channel = FileChannel.open(staged.scratch, StandardOpenOption.WRITE)) {
                staged.isEmpty = channel.size() == 0;
                disk.force(staged.scratch, channel);
            }
            isDone = true;
            return staged;
        } finally {
            if (!isDone) {
                staged.close();
            }
        }
    }

    /// The alarm and the schedules in a database. It may be asked again after a crash.
    public interface Timetable {

        /// Takes them over from a database into the one that replaces it.
        ///
        /// @param now the database as it is; there may be none
        /// @param wanted the one that replaces it, empty if that has no tables
        void keep(Path now, Path wanted) throws IOException;

        /// Returns when an object of this database must be woken.
        ///
        /// @param wanted the database, empty if it has no tables
        Wake wake(Path wanted) throws IOException;
    }

    /// Restores a database that is up to date and that nobody has open. When it returns, the
    /// restore is durable, and in the database.
    void run(DurableObjectId id, String file, Timetable timetable, CommitLog log)
            throws IOException {
        locked(filesLock.readLock(), () -> restore(id, file, timetable, log));
    }

    private void restore(DurableObjectId id, String file, Timetable timetable, CommitLog log)
            throws IOException {
        Kind kind = Objects.requireNonNull(pending.get(file));
        Path source = file(file, kind);
        if (Files.notExists(source)) { // It is done, but for the end of this.
            finish(file);
            return;
        }
        Path database = root.resolve(file);
        boolean isNew = Files.notExists(database);
        Wake wake = Wake.UNCHANGED;
        switch (kind) {
            case REWIND -> {
                if (missing.isMissing(file)) { // The present ones are lost with the database.
                    wake = timetable.wake(source);
                } else {
                    timetable.keep(database, source);
                }
            }
            case REPLACE -> wake = timetable.wake(source);
        }
        Files.createDirectories(database.getParent());
        try (RandomAccessFile wanted = new RandomAccessFile(source.toFile(), "r");
                RandomAccessFile found = new RandomAccessFile(database.toFile(), "rw")) {
            new DatabaseCopy(id, file, log, wanted, found, isNew, wake).run();
        }
        if (Files.size(database) == 0) {
            Files.delete(database); // A database without pages is none.
        }
        disk.delete(source);
        finish(file);
    }

    private void finish(String file) throws IOException {
        disk.forceNames(directory);
        pending.remove(file);
    }

    private Path file(String file, Kind kind) {
        return directory.resolve(stem(file) + kind.suffix);
    }

    /// A key has no dots.
    private static String stem(String file) {
        return file.substring(OBJECTS.length(), file.length() - SUFFIX.length()).replace('/', '.');
    }

    private static String database(String name, Kind kind) {
        String stem = name.substring(0, name.length() - kind.suffix.length());
        return OBJECTS + stem.replace('.', '/') + SUFFIX;
    }
}
