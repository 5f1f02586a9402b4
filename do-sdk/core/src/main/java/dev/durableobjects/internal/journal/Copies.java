package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// Where the files of a data directory go when it is backed up. Paths are those in the data
/// directory, with slashes. Only one thread uses it.
public interface Copies {

    /// Begins.
    ///
    /// @param check throws when the work must not go on; to be called now and then in long work
    void begin(Runnable check) throws IOException;

    /// Says that so many more files are to come.
    void expect(int files);

    /// Takes a file over from the backup before, if it has not changed since.
    ///
    /// @param before its path at the time of the backup before
    /// @return false if it has changed, or nobody can tell
    boolean keep(String path, String before, Path source) throws IOException;

    /// Copies a file. It may be written meanwhile, and the same one may be copied once more.
    ///
    /// @param channel the file, to be left open and where it is
    /// @param bytesMax how many bytes of its beginning are wanted
    void copy(String path, Path source, FileChannel channel, long bytesMax) throws IOException;

    /// Takes a file that the source writes, if it does.
    void make(String path, Source source) throws IOException;

    /// Writes a file.
    @FunctionalInterface
    interface Source {

        /// Writes it to a path at which there is none.
        void writeTo(Path target) throws IOException;
    }

    /// Makes the copy durable, and gives it its name.
    ///
    /// @param position the last commit in it
    void end(long position) throws IOException;

    /// Deletes what there is of a copy that did not come to its end.
    void discard();
}
