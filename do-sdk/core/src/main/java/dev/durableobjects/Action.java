package dev.durableobjects;

/// Work without a result, given to a method that says when and on which thread it runs.
///
/// @param <X> what it may throw; it passes through to the caller unchanged
@FunctionalInterface
public interface Action<X extends Exception> {

    /// Does the work.
    void run() throws X;
}
