package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;

/// Checkpoints databases that are in use.
@FunctionalInterface
public interface Checkpointer {

    /// Moves everything in the write-ahead log of a database that is in use into the database
    /// itself, and lets its file be used.
    ///
    /// @param file the path of the database in the data directory
    /// @return false if the database is not in use, and nothing was done
    /// @throws IOException if it cannot be done now
    boolean checkpoint(String file, Use use) throws IOException;

    /// Does something with the file of a database: forces it, or reads it. It must not close it.
    @FunctionalInterface
    interface Use {

        /// Returns when it is done.
        void run(FileChannel database) throws IOException;

        /// Returns whether nobody may write the file meanwhile.
        default boolean isStill() {
            return false;
        }

        /// Returns a use during which nobody writes the file.
        static Use still(Use use) {
            return new Use() {
                @Override
                public void run(FileChannel database) throws IOException {
                    use.run(database);
                }

                @Override
                public boolean isStill() {
                    return true;
                }
            };
        }
    }
}
