package dev.durableobjects;

import org.jspecify.annotations.Nullable;

/// Work with a result, given to a method that says when and on which thread it runs.
///
/// @param <R> what it returns
/// @param <X> what it may throw; it passes through to the caller unchanged
@FunctionalInterface
public interface Callback<R extends @Nullable Object, X extends Exception> {

    /// Does the work.
    R run() throws X;
}
