package dev.durableobjects.internal.storage;

import dev.durableobjects.spi.Commit;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Forces files to disk.
@FunctionalInterface
public interface FileSync {

    /// Returns when the commit would survive a loss of power.
    ///
    /// @throws IOException if nobody can tell whether it would
    void force(Commit commit) throws IOException;

    /// Returns when the names in a directory would survive a loss of power.
    ///
    /// @throws IOException if nobody can tell whether they would
    default void forceNames(Path directory) throws IOException {
        forceDirectory(directory);
    }

    /// Returns the real thing: `fdatasync` on the write-ahead log and, for the first commit of an
    /// activation, on the directories that name it, any of which may be new.
    static FileSync system() {
        return commit -> {
            forceFile(commit.wal());
            Path directory = commit.isFirst() ? commit.wal().getParent() : null;
            for (int i = 0; directory != null && i < DataDirectory.LEVELS; i++) {
                forceDirectory(directory);
                directory = directory.getParent();
            }
        };
    }

    /// Forces the content of a file.
    static void forceFile(Path file) throws IOException {
        force(file, StandardOpenOption.WRITE);
    }

    /// Forces the names in a directory.
    ///
    /// @param directory null for the root's parent, which there is none of
    static void forceDirectory(@Nullable Path directory) throws IOException {
        if (directory != null) {
            force(directory, StandardOpenOption.READ);
        }
    }

    private static void force(Path path, OpenOption option) throws IOException {
        try (FileChannel channel = FileChannel.open(path, option)) {
            channel.force(false);
        }
    }
}
