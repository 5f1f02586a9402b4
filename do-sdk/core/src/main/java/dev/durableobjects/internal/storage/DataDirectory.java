package dev.durableobjects.internal.storage;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.spi.Commit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The directory of one runtime: where each object's file is, and the lock that keeps a second
/// process out.
///
///     lock                             locked while a process uses the directory; names it, until
///                                      it has closed the directory with all in it durable
///     format                           the version of this layout
///     index.sqlite                     the node's own database
///     objects/KEY/AB/ABCDEF....sqlite  one object; KEY is the namespace's unique key
///
/// Names of objects never become names of files. Safe for use by many threads.
public final class DataDirectory implements AutoCloseable {

    private static final String FORMAT = "durable-objects 1 wal\n";
    private static final String SUFFIX = ".sqlite";
    private static final String WAL = "-wal";

    /// How many directories name an object's file, the root included.
    static final int LEVELS = 4;

    /// The directories that runtimes of this process hold. They must be known without a look at the
    /// lock file: closing any channel on it would drop the lock of the whole process.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path root;
    private final FileChannel lock;
    private final boolean isSettled;

    private DataDirectory(Path root, Lock lock) {
        this.root = root;
        this.lock = lock.channel;
        this.isSettled = lock.holderBefore.isEmpty();
    }

    /// Opens a directory, and makes it if there is none.
    ///
    /// @throws IllegalStateException if another process uses it, or if its format is another one
    /// @throws UncheckedIOException if it cannot be read or written
    public static DataDirectory open(Path path) {
        try {
            makeDurably(path.toAbsolutePath().normalize());
            Path root = path.toRealPath();
            if (!HELD.add(root)) {
                throw inUse(root, "another runtime in this process");
            }
            try {
                return lockAndCheck(root);
            } catch (IOException | RuntimeException e) {
                HELD.remove(root);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot use the data directory %s: %s".formatted(path, e), e);
        }
    }

    private static DataDirectory lockAndCheck(Path root) throws IOException {
        Lock lock = lock(root);
        try {
            checkFormat(root);
            return new DataDirectory(root, lock);
        } catch (IOException | RuntimeException e) {
            lock.channel.close();
            throw e;
        }
    }

    /// Makes everything durable that is there, unless the last runtime has said that it is.
    ///
    /// A killed process may leave commits that nobody has forced, and so may one whose disk failed.
    /// They are as good as any other, but whoever reads them must be able to rely on them.
    ///
    /// @throws UncheckedIOException if nobody can tell whether they are durable
    public void recover(FileSync files) {
        Path objects = root.resolve("objects");
        if (isSettled || Files.notExists(objects)) {
            return;
        }
        try (Stream<Path> all = Files.walk(objects)) {
            files.forceNames(root);
            for (Path path : (Iterable<Path>) all::iterator) {
                if (Files.isDirectory(path)) {
                    files.forceNames(path);
                } else if (path.toString().endsWith(SUFFIX + WAL) && Files.size(path) > 0) {
                    files.force(new Commit(id(path), path, false));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make durable what is in " + objects, e);
        }
    }

    /// Says that everything in the directory is durable and will not change any more.
    public void settle() {
        try {
            lock.truncate(0);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the lock of " + root, e);
        }
    }

    private static DurableObjectId id(Path wal) {
        String name = wal.getFileName().toString();
        return DurableObjectId.of(
                HexFormat.of().parseHex(name, 0, name.length() - (SUFFIX + WAL).length()));
    }

    /// Returns the absolute path of the directory.
    public Path path() {
        return root;
    }

    /// Returns where the file of an object lies, or will lie.
    ///
    /// @param uniqueKey of the object's namespace
    public Path file(String uniqueKey, DurableObjectId id) {
        String hex = id.toString();
        return namespace(uniqueKey).resolve(hex.substring(0, 2)).resolve(hex + SUFFIX);
    }

    /// Returns how many objects of a namespace have a file.
    public int countObjects(String uniqueKey) {
        Path directory = namespace(uniqueKey);
        if (Files.notExists(directory)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(directory, 2)) {
            return (int) files.filter(file -> file.toString().endsWith(SUFFIX)).count();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + directory, e);
        }
    }

    private Path namespace(String uniqueKey) {
        return root.resolve("objects").resolve(uniqueKey);
    }

    /// Makes a directory and those above it, and makes their names durable.
    private static void makeDurably(@Nullable Path directory) throws IOException {
        if (directory == null || Files.isDirectory(directory)) {
            return;
        }
        makeDurably(directory.getParent());
        Files.createDirectory(directory);
        FileSync.forceDirectory(directory.getParent());
    }

    /// Lets other processes in.
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unlock " + root, e);
        } finally {
            HELD.remove(root);
        }
    }

    /// Takes the lock. While a runtime uses the directory, and after one that did not settle, the
    /// file names it.
    private static Lock lock(Path root) throws IOException {
        Path file = root.resolve("lock");
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        boolean isFree = channel.tryLock() != null;
        String holder = StandardCharsets.UTF_8.decode(content(channel)).toString().strip();
        if (!isFree) {
            channel.close();
            throw inUse(root, holder.isEmpty() ? "another process" : holder);
        }
        channel.truncate(0);
        channel.write(
                StandardCharsets.UTF_8.encode(
                        "process %d\n".formatted(ProcessHandle.current().pid())));
        return new Lock(channel, holder);
    }

    /// Not through a channel of its own: closing that would drop the lock.
    private static ByteBuffer content(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate((int) channel.size());
        channel.read(content, 0);
        return content.flip();
    }

    private record Lock(FileChannel channel, String holderBefore) {}

    private static IllegalStateException inUse(Path root, String holder) {
        return new IllegalStateException(
                "the data directory %s is in use by %s; stop it, or use another directory"
                        .formatted(root, holder));
    }

    private static void checkFormat(Path root) throws IOException {
        Path file = root.resolve("format");
        if (!Files.exists(file)) {
            Path written = Files.writeString(root.resolve("format.new"), FORMAT);
            FileSync.forceFile(written);
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
            FileSync.forceDirectory(root);
        }
        String found = Files.readString(file);
        if (!found.equals(FORMAT)) {
            throw new IllegalStateException(
                    "the data directory %s has the format '%s', this version reads '%s'"
                            .formatted(root, found.strip(), FORMAT.strip()));
        }
    }
}
