package dev.durableobjects;

/// Keeps an object in memory until it is closed, or its time is over. Safe for use by many threads.
public interface KeepAlive extends AutoCloseable {

    /// Lets the object leave memory again. Closing twice has no effect.
    @Override
    void close();
}
