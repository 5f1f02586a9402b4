package dev.durableobjects.internal.journal;

import java.io.IOException;

/// Checkpoints databases that are in use.
@FunctionalInterface
public interface Checkpointer {

    /// Returns when everything in the write-ahead log of a database that is in use is in the
    /// database itself, durably.
    ///
    /// @param file the path of the database in the data directory
    /// @return false if the database is not in use, and nothing was done
    /// @throws IOException if it cannot be done now
    boolean checkpoint(String file) throws IOException;
}
