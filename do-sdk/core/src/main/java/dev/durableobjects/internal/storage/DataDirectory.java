package dev.durableobjects.internal.storage;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.internal.backup.BackupReader;
import dev.durableobjects.internal.journal.Damage;
import dev.durableobjects.internal.journal.Damage.Kind;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.journal.History;
import dev.durableobjects.internal.journal.Journal;
import dev.durableobjects.internal.value.FileErrors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The directory of one runtime: where each object's file is, and the lock that keeps a second
/// process out.
///
///     lock                             locked while a process uses the directory, and names it
///     control                          the socket at which that process hears the command
///     format                           the version of this layout
///     index.sqlite                     the node's own database
///     journal/NUMBER.journal           the commits of all objects
///     objects/KEY/AB/ABCDEF....sqlite  one object; KEY is the namespace's unique key
///
/// Names of objects never become names of files. Safe for use by many threads.
public final class DataDirectory implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(DataDirectory.class.getName());

    private static final String FORMAT_ONE = "durable-objects 1 wal";
    private static final String FORMAT = "durable-objects 2 journal";
    private static final String HALF_RESTORED =
            "it is a backup that is half restored, so files are missing; delete what is in the"
                    + " directory, and restore the backup again";
    private static final String SUFFIX = ".sqlite";
    private static final int ID_DIGITS = 64;
    private static final Pattern DATABASE =
            Pattern.compile("objects/[^/]+/[0-9a-f]{2}/[0-9a-f]{64}\\.sqlite");

    private final Path root;
    private final DirectoryLock lock;

    private DataDirectory(Path root, DirectoryLock lock) {
        this.root = root;
        this.lock = lock;
    }

    /// Opens a directory, and makes it if there is none.
    ///
    /// @throws DirectoryInUseException if another process uses it
    /// @throws IllegalStateException if its format is another one
    /// @throws UncheckedIOException if it cannot be read or written
    public static DataDirectory open(Path path) {
        try {
            makeDurably(path.toAbsolutePath().normalize());
            Path root = path.toRealPath();
            if (BackupReader.isBackup(root)) {
                throw new IllegalStateException(
                        ("%s is a backup and may share its files with others; restore it into"
                                        + " another directory, and start with that")
                                .formatted(root));
            }
            return lockAndCheck(root);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot use the data directory %s: %s".formatted(path, FileErrors.message(e)),
                    e);
        }
    }

    private static DataDirectory lockAndCheck(Path root) throws IOException {
        DirectoryLock lock = DirectoryLock.take(root);
        try {
            checkFormat(root);
            return new DataDirectory(root, lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
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

    /// Returns how the commits of an object become durable.
    ///
    /// @param uniqueKey of the object's namespace
    public Journaling journaling(History history, String uniqueKey, DurableObjectId id) {
        Path relative = root.relativize(file(uniqueKey, id));
        String file = relative.toString().replace('\\', '/');
        return new Journaling(history, history.redo(), id, file);
    }

    /// Returns the id of the object that a file belongs to.
    public static DurableObjectId id(String file) {
        int end = file.length() - SUFFIX.length();
        return DurableObjectId.of(HexFormat.of().parseHex(file, end - ID_DIGITS, end));
    }

    /// Returns the unique key of the namespace of the object that a file belongs to.
    static String uniqueKey(String file) {
        return file.split("/", 3)[1];
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

    /// Returns the databases of all objects, by their paths in this directory.
    List<String> databases() {
        Path objects = root.resolve("objects");
        if (Files.notExists(objects)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(objects)) {
            return files.map(file -> root.relativize(file).toString().replace('\\', '/'))
                    .filter(file -> DATABASE.matcher(file).matches())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot read %s: %s".formatted(objects, FileErrors.message(e)), e);
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
        Disk.system().forceNames(directory.getParent());
    }

    /// Lets other processes in. If a thread of the journal, which was closed, still waits for its
    /// disk, they wait for it too: it could write when they do.
    public void closeBehind(Journal journal) {
        if (journal.hasEnded()) {
            close();
            return;
        }
        LOGGER.log(
                System.Logger.Level.WARNING,
                "the data directory {0} stays locked until its disk answers or this process ends",
                root);
        journal.whenEnded(this::close);
    }

    /// Lets other processes in.
    @Override
    public void close() {
        lock.close();
    }

    /// Returns what is wrong with the format of a directory, empty if nothing.
    ///
    /// @throws IllegalStateException if it must be converted, or is no data directory
    static Optional<Damage> formatDamage(Path root) throws IOException {
        String found = format(root);
        if (found.equals(FORMAT)) {
            return Optional.empty();
        }
        if (found.equals(FORMAT_ONE)) {
            throw new IllegalStateException(
                    "%s has the old format '%s'; start a runtime on it first, which converts it"
                            .formatted(root, found));
        }
        if (found.equals(BackupReader.HALF)) {
            return Optional.of(new Damage(Kind.DAMAGED, "format", HALF_RESTORED));
        }
        boolean isEmpty = found.isEmpty();
        boolean isOurs = Files.exists(root.resolve("journal")) || BackupReader.isBackup(root);
        if (isEmpty && !isOurs) {
            throw new IllegalStateException(root + " is no data directory, and no backup of one");
        }
        return Optional.of(
                new Damage(
                        isEmpty ? Kind.MISSING : Kind.DAMAGED,
                        "format",
                        "'%s' was expected, found '%s'".formatted(FORMAT, found)));
    }

    /// Returns what the file says, without its line feed: an editor may have left it out, or made
    /// it two characters.
    private static String format(Path root) throws IOException {
        try {
            return Files.readString(root.resolve("format"), StandardCharsets.ISO_8859_1).strip();
        } catch (NoSuchFileException e) {
            return ""; // One that cannot be read is there.
        }
    }

    private static void checkFormat(Path root) throws IOException {
        Path file = root.resolve("format");
        String found = format(root);
        if (found.equals(FORMAT_ONE)) {
            FormatOne.convert(root);
        }
        if (found.isEmpty() || found.equals(FORMAT_ONE)) {
            Journal.prepare(root);
            writeFormat(root, file);
        } else if (found.equals(BackupReader.HALF)) {
            throw new IllegalStateException("cannot use %s: %s".formatted(root, HALF_RESTORED));
        } else if (!found.equals(FORMAT)) {
            throw new IllegalStateException(
                    "the data directory %s has the format '%s', this version reads '%s'"
                            .formatted(root, found, FORMAT));
        }
    }

    private static void writeFormat(Path root, Path file) throws IOException {
        Path written = root.resolve("format.new");
        try (FileChannel channel =
                FileChannel.open(
                        written,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            channel.write(StandardCharsets.UTF_8.encode(FORMAT + "\n"));
            channel.force(false);
        }
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        Disk.system().forceNames(root);
    }
}
