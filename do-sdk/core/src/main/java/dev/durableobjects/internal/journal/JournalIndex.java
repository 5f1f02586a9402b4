package dev.durableobjects.internal.journal;

import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What is derived from the records of the journal and kept elsewhere, so that nobody has to read
/// them for it: which objects there are, and when they must be woken.
///
/// What it was told may be lost with the power until it is forced: a start tells it again what the
/// journal still has. So hearing the same twice must do no harm. Safe for use by many threads.
public interface JournalIndex {

    /// Takes in what durable records say, in their order. Called before anybody is told that they
    /// are durable, and at a start, by the thread that all commits wait for: it neither throws nor
    /// waits.
    void add(List<Fact> facts);

    /// Returns when everything that was taken in is durable without the journal. If it throws, the
    /// journal keeps its files.
    void force() throws IOException;

    /// Returns whether an object is known to have a database. If nobody can tell, it has none.
    ///
    /// @param file the path of the database in the data directory
    default boolean knows(String file) {
        return false;
    }

    /// Writes everything that was taken in, and the rest of the database, into a file that does not
    /// exist.
    default void copyTo(Path target) throws IOException {}

    /// Returns an index of nothing.
    static JournalIndex none() {
        return new JournalIndex() {
            @Override
            public void add(List<Fact> facts) {}

            @Override
            public void force() {}
        };
    }

    /// What a record says about an object besides its pages.
    ///
    /// @param file the path of its database in the data directory
    /// @param name its name, if the record has it
    /// @param wake when it must be woken
    /// @param isGone whether it has no database any more
    record Fact(String file, Optional<String> name, Wake wake, boolean isGone) {

        /// Makes what a record says about an object that has a database.
        public Fact(String file, Optional<String> name, Wake wake) {
            this(file, name, wake, false);
        }
    }
}
