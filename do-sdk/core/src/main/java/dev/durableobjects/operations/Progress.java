package dev.durableobjects.operations;

/// Told how far long work is. What it throws ends the work. Only the thread that does the work
/// calls it.
@FunctionalInterface
public interface Progress {

    /// Takes note.
    ///
    /// @param what is counted: `files` by a backup, `bytes` by a restore and a verification
    /// @param done how much is done
    /// @param total of how much, as far as that is known already; it may grow
    void at(String what, long done, long total);

    /// Returns one that nobody looks at.
    static Progress none() {
        return (what, done, total) -> {};
    }
}
