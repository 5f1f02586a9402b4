package dev.durableobjects.internal.backup;

import dev.durableobjects.internal.backup.Manifest.Entry;
import dev.durableobjects.internal.journal.Damage;
import dev.durableobjects.internal.journal.Damage.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/// Compares a backup with its list, and finds everything for which a restore would refuse it.
/// Nothing is changed. Only one thread uses it.
public final class BackupCheck {

    /// What a program that uses a directory has in it. A backup that was restored into a directory
    /// of the same name is none any more.
    private static final String LOCK = "lock";

    private static final int BUFFER_BYTES = 1 << 20;

    private final Path backup;
    private final Consumer<Damage> found;
    private final Steps steps;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    private BackupCheck(Path backup, Consumer<Damage> found, Steps steps) {
        this.backup = backup;
        this.found = found;
        this.steps = steps;
    }

    /// What a directory is, as far as its name and its list tell.
    public enum Subject {
        /// No backup.
        OTHER,
        /// A backup that is being made, or was not finished.
        UNFINISHED,
        /// A backup, though its list may be missing.
        BACKUP;

        /// Looks at a directory.
        public static Subject of(Path directory) {
            String name = String.valueOf(directory.getFileName());
            boolean isNamed = BackupWriter.NAMES.matcher(name).matches();
            if (BackupWriter.isUnfinished(name)) {
                return UNFINISHED;
            }
            return BackupReader.isBackup(directory)
                            || (isNamed && Files.notExists(directory.resolve(LOCK)))
                    ? BACKUP
                    : OTHER;
        }
    }

    /// Checks a backup.
    ///
    /// @param found gets what is wrong
    /// @return how many bytes its files have, as far as that is known
    /// @throws IOException if it cannot be read
    public static long run(Path backup, Consumer<Damage> found, Steps steps) throws IOException {
        if (!BackupReader.isBackup(backup)) {
            found.accept(
                    new Damage(
                            Kind.MISSING,
                            Manifest.NAME,
                            "the directory is named as a backup, and has no list of its files;"
                                    + " a restore refuses it"));
            return 0;
        }
        Manifest manifest;
        try {
            manifest = Manifest.read(backup);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            found.accept(
                    new Damage(
                            Kind.DAMAGED,
                            Manifest.NAME,
                            "a restore refuses the backup: " + e.getMessage()));
            return 0;
        }
        new BackupCheck(backup, found, steps).check(manifest);
        return manifest.head().bytes();
    }

    private void check(Manifest manifest) throws IOException {
        Manifest.Difference difference = manifest.difference(backup);
        report(difference.missing(), Kind.MISSING, "it belongs to the backup");
        report(difference.foreign(), Kind.FOREIGN, "it does not belong to the backup");
        long done = 0;
        for (Entry entry : manifest.entries().values()) {
            if (!difference.missing().contains(entry.path())) {
                check(entry);
            }
            done += entry.bytes();
            steps.at("bytes", done, manifest.head().bytes());
        }
    }

    private void check(Entry entry) throws IOException {
        CRC32C checksum = new CRC32C();
        long bytes = 0;
        try (FileChannel channel =
                FileChannel.open(backup.resolve(entry.path()), StandardOpenOption.READ)) {
            while (channel.read(buffer.clear(), bytes) >= 0) {
                bytes += buffer.flip().remaining();
                checksum.update(buffer);
            }
        }
        if (!entry.isOf(bytes, checksum)) {
            report(Set.of(entry.path()), Kind.DAMAGED, "it is not what was backed up");
        }
    }

    private void report(Set<String> files, Kind kind, String message) {
        files.forEach(file -> found.accept(new Damage(kind, file, message)));
    }
}
