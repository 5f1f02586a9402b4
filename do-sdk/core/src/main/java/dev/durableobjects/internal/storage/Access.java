package dev.durableobjects.internal.storage;

/// Says whether the calling thread may use a database now.
@FunctionalInterface
public interface Access {

    /// Returns if the calling thread is inside the object, in one of its events.
    ///
    /// @throws IllegalStateException if it is not; the message names the object and says what to do
    void check();
}
