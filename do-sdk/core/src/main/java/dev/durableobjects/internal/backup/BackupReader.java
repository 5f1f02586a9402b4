package dev.durableobjects.internal.backup;

import dev.durableobjects.internal.backup.Manifest.Entry;
import dev.durableobjects.internal.journal.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Makes a data directory of a backup: a copy that shares nothing with it. Only one thread uses it.
public final class BackupReader {

    /// The file that says what a directory is. It comes last; before, a start refuses the
    /// directory.
    private static final String FORMAT = "format";

    /// What it says before.
    public static final String HALF = "durable-objects, a backup that is half restored";

    private static final int BUFFER_BYTES = 1 << 20;
    private static final int NAMED_MAX = 3;

    private final Path backup;
    private final Path directory;
    private final Manifest manifest;
    private final Steps steps;
    private final Disk disk = Disk.system();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private long done;

    private BackupReader(Path backup, Path directory, Manifest manifest, Steps steps) {
        this.backup = backup;
        this.directory = directory;
        this.manifest = manifest;
        this.steps = steps;
    }

    /// Copies a backup to where there is nothing. Every file is checked meanwhile.
    ///
    /// @return the backup
    /// @throws IllegalArgumentException if it is no backup, or there is something in the directory
    /// @throws IOException if a file is damaged, missing or too many, or the directory cannot be
    ///   written
    public static Made restore(Path backup, Path directory, Steps steps) throws IOException {
        Manifest manifest = Manifest.read(backup);
        Path target = directory.toAbsolutePath().normalize();
        if (target.startsWith(backup.toAbsolutePath().normalize())) {
            throw new IllegalArgumentException(
                    "a backup is restored outside of it, not into " + directory);
        }
        checkEmpty(target);
        BackupReader reader = new BackupReader(backup, target, manifest, steps);
        reader.checkFiles();
        reader.copyAll();
        return Made.of(backup, manifest.head());
    }

    private static void checkEmpty(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return;
        }
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException(directory + " is not a directory");
        }
        try (Stream<Path> files = Files.list(directory)) {
            if (files.findAny().isPresent()) {
                throw new IllegalArgumentException(
                        directory
                                + " is not empty; a backup is restored into an empty directory,"
                                + " or one that does not exist");
            }
        }
    }

    private void checkFiles() throws IOException {
        Manifest.Difference difference = manifest.difference(backup);
        refuse(difference.missing(), "is damaged, for these files are missing");
        refuse(difference.foreign(), "has files that do not belong to it");
    }

    private void refuse(Set<String> files, String what) throws IOException {
        if (!files.isEmpty()) {
            String named = files.stream().limit(NAMED_MAX).collect(Collectors.joining(", "));
            String more = files.size() > NAMED_MAX ? ", and %d more" : "";
            throw new IOException(
                    "the backup %s %s: %s"
                            .formatted(backup, what, named + more.formatted(files.size())));
        }
    }

    private void copyAll() throws IOException {
        boolean isDone = false;
        try {
            Trees.makeDurably(disk, directory);
            write(HALF + "\n");
            for (Entry entry : manifest.entries().values()) {
                if (!entry.path().equals(FORMAT)) {
                    copy(entry);
                }
            }
            Trees.forceNames(disk, directory);
            write(format());
            isDone = true;
        } finally {
            if (!isDone) {
                Trees.empty(directory);
            }
        }
    }

    /// Writes what the directory is, durably.
    private void write(String format) throws IOException {
        Path scratch = directory.resolve(FORMAT + ".new");
        try (FileChannel channel =
                FileChannel.open(
                        scratch, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            disk.write(scratch, channel, StandardCharsets.UTF_8.encode(format), 0);
            disk.force(scratch, channel);
        }
        disk.move(scratch, directory.resolve(FORMAT));
        disk.forceNames(directory);
    }

    private void copy(Entry entry) throws IOException {
        Path source = backup.resolve(entry.path());
        Path target = directory.resolve(entry.path());
        Files.createDirectories(target.getParent());
        CRC32C checksum = new CRC32C();
        long bytes = 0;
        try (FileChannel from = FileChannel.open(source, StandardOpenOption.READ);
                FileChannel to =
                        FileChannel.open(
                                target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (from.read(buffer.clear(), bytes) >= 0) {
                checksum.update(buffer.flip().duplicate());
                int length = buffer.remaining();
                disk.write(target, to, buffer, bytes);
                bytes += length;
            }
            disk.force(target, to);
        }
        take(entry, bytes, checksum);
    }

    private String format() throws IOException {
        byte[] content = Files.readAllBytes(backup.resolve(FORMAT));
        CRC32C checksum = new CRC32C();
        checksum.update(content);
        take(manifest.entries().get(FORMAT), content.length, checksum);
        return new String(content, StandardCharsets.UTF_8);
    }

    private void take(@Nullable Entry entry, long bytes, CRC32C checksum) throws IOException {
        if (entry == null || !entry.isOf(bytes, checksum)) {
            throw new IOException(
                    "the backup %s is damaged: %s is not what was backed up"
                            .formatted(backup, entry == null ? FORMAT : entry.path()));
        }
        done += bytes;
        steps.at("bytes", done, manifest.head().bytes());
    }

    /// Returns whether a directory is a backup, which may share its files with others: nobody must
    /// write there.
    public static boolean isBackup(Path directory) {
        return Files.exists(directory.resolve(Manifest.NAME));
    }
}
