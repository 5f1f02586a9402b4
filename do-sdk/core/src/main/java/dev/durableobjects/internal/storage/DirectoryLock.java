package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.value.FileErrors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What keeps everybody else out of a directory while it is open: a lock on a file, which names the
/// process that has it or had it last. Safe for use by many threads.
public final class DirectoryLock implements AutoCloseable {

    private static final String FILE = "lock";

    /// The directories that this process has locked. They must be known without a look at the file:
    /// closing any channel on it would drop the lock of the whole process.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path root;
    private final @Nullable FileChannel channel;

    private DirectoryLock(Path root, @Nullable FileChannel channel) {
        this.root = root;
        this.channel = channel;
    }

    /// Locks a directory for a runtime.
    ///
    /// @param root its real path
    /// @throws DirectoryInUseException if somebody uses it
    static DirectoryLock take(Path root) throws IOException {
        return held(
                root,
                () -> {
                    FileChannel channel = lock(root);
                    name(channel);
                    return channel;
                });
    }

    /// Keeps everybody out who would use a directory, and changes nothing in it. A backup has no
    /// lock, and needs none.
    ///
    /// @throws DirectoryInUseException if somebody uses it
    /// @throws UncheckedIOException if it cannot be read
    public static DirectoryLock hold(Path path) {
        try {
            Path root = path.toRealPath();
            return held(root, () -> Files.exists(root.resolve(FILE)) ? lock(root) : null);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot read the directory %s: %s".formatted(path, FileErrors.message(e)), e);
        }
    }

    private static DirectoryLock held(Path root, Locking locking) throws IOException {
        if (!HELD.add(root)) {
            throw inUse(root, "another runtime in this process");
        }
        try {
            return new DirectoryLock(root, locking.run());
        } catch (IOException | RuntimeException e) {
            HELD.remove(root);
            throw e;
        }
    }

    private static FileChannel lock(Path root) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        root.resolve(FILE),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                String holder = StandardCharsets.UTF_8.decode(content(channel)).toString().strip();
                throw inUse(root, holder.isEmpty() ? "another process" : holder);
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /// Says in the file that this process has the lock.
    private static void name(FileChannel channel) throws IOException {
        try {
            channel.truncate(0);
            channel.write(
                    StandardCharsets.UTF_8.encode(
                            "process %d\n".formatted(ProcessHandle.current().pid())));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /// Not through a channel of its own: closing that would drop the lock.
    private static ByteBuffer content(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate((int) channel.size());
        channel.read(content, 0);
        return content.flip();
    }

    private static DirectoryInUseException inUse(Path root, String holder) {
        return new DirectoryInUseException(
                "the data directory %s is in use by %s; stop it, or use another directory"
                        .formatted(root, holder));
    }

    /// Returns the absolute path of the directory.
    public Path path() {
        return root;
    }

    /// Lets others in.
    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unlock " + root, e);
        } finally {
            HELD.remove(root);
        }
    }

    /// Takes the lock of the file, if there is one.
    private interface Locking {

        @Nullable FileChannel run() throws IOException;
    }
}
