package dev.durableobjects.internal.journal;

import java.io.IOException;

/// Brings databases to where the journal is, whether an object has them open or not. Safe for use
/// by many threads.
final class Checkpoints {

    /// How often a database may change between in use and not while it is checkpointed.
    private static final int ATTEMPTS = 3;

    private final Redo redo;
    private volatile Checkpointer live = (file, use) -> false;

    Checkpoints(Redo redo) {
        this.redo = redo;
    }

    /// Sets how databases that are in use are checkpointed.
    void through(Checkpointer checkpointer) {
        live = checkpointer;
    }

    /// Checkpoints a database, through its object if that has it open, and lets its file be used.
    void run(String file, Checkpointer.Use use) throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            if (live.checkpoint(file, use) || redo.settle(file, use)) {
                return;
            }
        }
        throw new IOException(
                file + " is opened and closed too often to be checkpointed; try again");
    }
}
