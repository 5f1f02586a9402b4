package dev.durableobjects.internal.storage;

import dev.durableobjects.spi.Commit;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Forces the files of a commit to disk.
@FunctionalInterface
public interface FileSync {

    /// Returns when the commit would survive a loss of power.
    ///
    /// @throws IOException if nobody can tell whether it would
    void force(Commit commit) throws IOException;

    /// Returns the real thing: `fdatasync` on the write-ahead log and, for new files, `fsync` on
    /// the directories that name them.
    static FileSync system() {
        return commit -> {
            forceFile(commit.wal(), StandardOpenOption.WRITE);
            if (commit.isFirst()) {
                forceDirectories(commit.wal());
            }
        };
    }

    /// The database's directory may be as new as the database, and so may the namespace's.
    private static void forceDirectories(Path wal) throws IOException {
        Path directory = wal.toAbsolutePath().getParent();
        for (int level = 0; level < DataDirectory.LEVELS && directory != null; level++) {
            forceFile(directory, StandardOpenOption.READ);
            directory = directory.getParent();
        }
    }

    private static void forceFile(@Nullable Path file, StandardOpenOption option)
            throws IOException {
        if (file != null) {
            try (FileChannel channel = FileChannel.open(file, option)) {
                channel.force(false);
            }
        }
    }
}
