package dev.durableobjects.internal.backup;

import dev.durableobjects.internal.backup.Manifest.Entry;
import dev.durableobjects.internal.journal.Copies;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.journal.Journal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Writes one backup: a directory that is named after its time when all of it is durable. What has
/// not changed since the backup before is the same file under another name. Only one thread uses
/// it.
public final class BackupWriter implements Copies {

    private static final System.Logger LOGGER = System.getLogger(BackupWriter.class.getName());

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH-mm-ss.SSS'Z'").withZone(ZoneOffset.UTC);

    static final Pattern NAMES =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d\\.\\d{3}Z");

    private static final String UNFINISHED = ".new";

    /// A file may be written twice within one tick of its time, so a time counts when it has passed
    /// by this much.
    private static final Duration TICK = Duration.ofSeconds(2);

    /// The clock of the disk, whatever the node takes for the time.
    private static final InstantSource DISK_CLOCK = InstantSource.system();

    private static final int BUFFER_BYTES = 1 << 20;

    /// How much is copied without a look at the disk's space, which costs more than a small file.
    private static final long UNCHECKED_BYTES = 8 << 20;

    private final Path target;
    private final Disk disk;
    private final InstantSource clock;
    private final long freeBytesMin;
    private final Steps steps;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    private Runnable check = () -> {};
    private Map<String, Entry> before = Map.of();
    private @Nullable Path earlier;
    private Instant time = Instant.EPOCH;
    private Manifest.@Nullable Writer manifest;
    private long expected;
    private long done;
    private long copiedBytes;
    private long uncheckedBytes = UNCHECKED_BYTES;
    private @Nullable Made made;

    private BackupWriter(
            Path target, Disk disk, InstantSource clock, long freeBytesMin, Steps steps) {
        this.target = target;
        this.disk = disk;
        this.clock = clock;
        this.freeBytesMin = freeBytesMin;
        this.steps = steps;
    }

    /// Makes a backup of a data directory that this process uses.
    ///
    /// @param directory the data directory
    /// @param target the directory of all its backups
    /// @param freeBytesMin how much must stay free on the disk of the backups
    /// @throws IllegalArgumentException if the target is in the data directory
    /// @throws IllegalStateException if another backup is under way, or the journal closes
    /// @throws IOException if something cannot be read or written
    public static Made write(
            Journal journal,
            Path directory,
            Path target,
            Disk disk,
            InstantSource clock,
            long freeBytesMin,
            Steps steps)
            throws IOException {
        Path absolute = target.toAbsolutePath().normalize();
        if (real(absolute).startsWith(directory.toRealPath())) {
            throw new IllegalArgumentException(
                    "backups must lie outside of the data directory %s, not in %s"
                            .formatted(directory, target));
        }
        BackupWriter writer = new BackupWriter(absolute, disk, clock, freeBytesMin, steps);
        journal.copyTo(writer);
        return Objects.requireNonNull(writer.made);
    }

    /// Returns a path without links, as far as there is something at it.
    private static Path real(Path path) throws IOException {
        Path parent = path.getParent();
        return parent == null || Files.exists(path)
                ? path.toRealPath()
                : real(parent).resolve(path.getFileName());
    }

    @Override
    public void begin(Runnable whetherToGoOn) throws IOException {
        check = whetherToGoOn;
        Trees.makeDurably(disk, target);
        for (String name : names(UNFINISHED)) {
            delete(target.resolve(name + UNFINISHED));
        }
        List<String> finished = names("");
        if (!finished.isEmpty()) {
            readBefore(target.resolve(finished.getLast()));
        }
        time = clock.instant();
        while (Files.exists(directory())) {
            time = time.plusMillis(1);
        }
        Files.createDirectory(unfinished());
        manifest = new Manifest.Writer(disk, unfinished());
    }

    /// Returns the names of backups in their order.
    private List<String> names(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(target)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(suffix))
                    .map(name -> name.substring(0, name.length() - suffix.length()))
                    .filter(name -> NAMES.matcher(name).matches())
                    .sorted()
                    .toList();
        }
    }

    /// If it cannot be read, that only costs space: this backup is a copy of everything then.
    private void readBefore(Path backup) {
        try {
            before = Manifest.read(backup).entries();
            earlier = backup;
        } catch (IOException | IllegalArgumentException e) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "the previous backup is damaged, so this one copies every file",
                    e);
        }
    }

    /// Returns whether this is the name of a backup that is not finished.
    static boolean isUnfinished(String name) {
        return name.endsWith(UNFINISHED)
                && NAMES.matcher(name.substring(0, name.length() - UNFINISHED.length())).matches();
    }

    private Path directory() {
        return target.resolve(NAME.format(time));
    }

    private Path unfinished() {
        return target.resolve(NAME.format(time) + UNFINISHED);
    }

    @Override
    public void expect(int files) {
        expected += files;
    }

    @Override
    public boolean keep(String path, String pathBefore, Path source) throws IOException {
        Entry known = before.get(pathBefore);
        Path from = earlier;
        if (known == null || from == null || !isUnchanged(source, known)) {
            return false;
        }
        Path kept = from.resolve(pathBefore);
        try {
            if (Files.size(kept) != known.bytes()) {
                return false;
            }
            Files.createLink(place(path), kept);
        } catch (IOException | UnsupportedOperationException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "copied, for it cannot be shared", e);
            return false;
        }
        add(new Entry(path, known.bytes(), known.modified(), known.crc32c()));
        return true;
    }

    private static boolean isUnchanged(Path source, Entry known) throws IOException {
        long modified = known.modified();
        return modified != 0 && modified(source, known.bytes()) == modified;
    }

    /// Returns when a file of this size was written last; 0 if it has another size, or no name just
    /// now, because its object broke.
    private static long modified(Path file, long bytes) throws IOException {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return now.size() == bytes ? now.lastModifiedTime().to(TimeUnit.NANOSECONDS) : 0;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    @Override
    public void copy(String path, Path source, FileChannel channel, long bytesMax)
            throws IOException {
        long size = Math.min(channel.size(), bytesMax);
        long modified = modified(source, size); // Before it is read: a write meanwhile shows.
        long settled = DISK_CLOCK.millis() - TICK.toMillis();
        boolean isSettled = TimeUnit.NANOSECONDS.toMillis(modified) < settled;
        checkSpace(path, size);
        Path file = place(path);
        CRC32C checksum = new CRC32C();
        long bytes = 0;
        try (FileChannel copy = open(file)) {
            while (bytes < bytesMax) {
                check.run();
                buffer.clear().limit((int) Math.min(BUFFER_BYTES, bytesMax - bytes));
                int read = channel.read(buffer, bytes);
                if (read < 0) {
                    break;
                }
                checksum.update(buffer.flip().duplicate());
                disk.write(file, copy, buffer, bytes);
                bytes += read;
            }
            disk.force(file, copy);
        }
        addCopied(path, bytes, isSettled ? modified : 0, checksum);
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
    }

    @Override
    public void make(String path, Source source) throws IOException {
        Path file = place(path);
        source.writeTo(file);
        if (Files.notExists(file)) {
            return;
        }
        CRC32C checksum = new CRC32C();
        long bytes = 0;
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            while (channel.read(buffer.clear(), bytes) >= 0) {
                bytes += buffer.flip().remaining();
                checksum.update(buffer);
            }
            disk.force(file, channel);
        }
        addCopied(path, bytes, 0, checksum);
    }

    private Path place(String path) throws IOException {
        Path file = unfinished().resolve(path);
        Files.createDirectories(file.getParent());
        return file;
    }

    private void checkSpace(String path, long bytes) throws IOException {
        uncheckedBytes += bytes;
        if (uncheckedBytes < UNCHECKED_BYTES) {
            return;
        }
        uncheckedBytes = 0;
        long free = disk.freeBytes(target);
        if (free - bytes < freeBytesMin) {
            throw new IOException(
                    ("%d bytes are free on the disk of %s, and a copy of %s takes %d of them; %d"
                                    + " must stay free")
                            .formatted(free, target, path, bytes, freeBytesMin));
        }
    }

    private void addCopied(String path, long bytes, long modified, CRC32C checksum)
            throws IOException {
        copiedBytes += bytes;
        add(new Entry(path, bytes, modified, Manifest.hex(checksum)));
    }

    private void add(Entry entry) throws IOException {
        Objects.requireNonNull(manifest).add(entry);
        done++;
        steps.at("files", done, Math.max(done, expected));
    }

    @Override
    public void end(long position) throws IOException {
        Manifest.Head head;
        try (Manifest.Writer ending = Objects.requireNonNull(manifest)) {
            head = ending.end(time, position, copiedBytes);
        }
        Trees.forceNames(disk, unfinished());
        check.run();
        disk.move(unfinished(), directory());
        disk.forceNames(target);
        made = Made.of(directory(), head);
    }

    @Override
    public void discard() {
        try {
            if (manifest != null) {
                manifest.close();
            }
            delete(unfinished());
        } catch (IOException e) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "a part of a backup is left, and the next one deletes it: " + unfinished(),
                    e);
        }
    }

    private static void delete(Path tree) throws IOException {
        if (Files.exists(tree)) {
            Trees.empty(tree);
            Files.delete(tree);
        }
    }
}
