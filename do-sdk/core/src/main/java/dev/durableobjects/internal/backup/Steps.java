package dev.durableobjects.internal.backup;

/// Told how far the work is.
@FunctionalInterface
public interface Steps {

    /// Takes note.
    ///
    /// @param what is counted
    /// @param done how much is done
    /// @param total of how much, as far as that is known
    void at(String what, long done, long total);
}
