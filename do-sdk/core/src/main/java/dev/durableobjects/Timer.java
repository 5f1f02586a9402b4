package dev.durableobjects;

/// A timer that an object has set. Safe for use by many threads.
public interface Timer {

    /// Stops the timer. A body that has begun goes on; one that waits for the object does not run.
    void cancel();
}
