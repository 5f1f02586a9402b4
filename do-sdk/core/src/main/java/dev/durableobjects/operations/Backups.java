package dev.durableobjects.operations;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.backup.BackupReader;
import dev.durableobjects.internal.backup.BackupWriter;
import dev.durableobjects.internal.backup.Made;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.journal.Journal;
import dev.durableobjects.internal.value.FileErrors;
import dev.durableobjects.sql.SqlStorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;

/// What is done with backups. Stateless.
public final class Backups {

    private Backups() {}

    /// Makes a data directory of a backup. The backup is only read, and every file of it is
    /// checked; the data directory shares nothing with it. A start with the directory brings each
    /// object to the moment of the backup.
    ///
    /// @param backup its directory
    /// @param directory one that is empty or does not exist; when the restore fails, nothing is
    ///   left in it, and if the process ends meanwhile, a start refuses it
    /// @return the backup that was restored
    /// @throws IllegalArgumentException if it is no backup, or there is something in the directory
    /// @throws UncheckedIOException if a file of the backup is damaged or missing, or does not
    ///   belong to it, or the directory cannot be written
    public static Backup restore(Path backup, Path directory, Progress progress) {
        requireNonNull(backup, "backup must be a path, was null");
        requireNonNull(directory, "directory must be a path, was null");
        requireNonNull(progress, "progress must be a Progress, was null");
        try {
            return of(BackupReader.restore(backup, directory, progress::at));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s was not restored: %s".formatted(backup, FileErrors.message(e)), e);
        }
    }

    /// Makes a backup of a data directory that this process uses.
    static Backup make(
            Journal journal,
            Path directory,
            Path target,
            Disk disk,
            InstantSource clock,
            Limits limits,
            Progress progress) {
        requireNonNull(target, "target must be a path, was null");
        requireNonNull(progress, "progress must be a Progress, was null");
        long freeBytesMin = (long) limits.get(Limit.FREE_DISK_MIB) << 20;
        try {
            return of(
                    BackupWriter.write(
                            journal, directory, target, disk, clock, freeBytesMin, progress::at));
        } catch (IOException e) {
            throw failed(target, e, fullDisk(directory, disk, freeBytesMin));
        } catch (SqlStorageException e) {
            throw failed(target, new IOException(e), fullDisk(directory, disk, freeBytesMin));
        }
    }

    private static UncheckedIOException failed(Path target, IOException why, String fullDisk) {
        return new UncheckedIOException(
                "there is no backup in %s: %s%s"
                        .formatted(target, FileErrors.message(why), fullDisk),
                why);
    }

    /// A backup writes to the data directory too: it brings databases up to date.
    private static String fullDisk(Path directory, Disk disk, long freeBytesMin) {
        try {
            long free = disk.freeBytes(directory);
            return free < freeBytesMin
                    ? "; %d bytes are free on the disk of %s".formatted(free, directory)
                    : "";
        } catch (IOException e) {
            return ""; // What failed is told all the same.
        }
    }

    private static Backup of(Made made) {
        return new Backup(
                made.directory(),
                made.time(),
                made.position(),
                made.files(),
                made.bytes(),
                made.copiedBytes());
    }
}
