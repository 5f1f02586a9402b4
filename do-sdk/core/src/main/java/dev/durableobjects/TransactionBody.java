package dev.durableobjects;

import org.jspecify.annotations.Nullable;

/// What [DurableObjectStorage#transaction] runs. Only the object's thread calls it.
///
/// @param <R> what it returns
/// @param <X> what it may throw
@FunctionalInterface
public interface TransactionBody<R extends @Nullable Object, X extends Exception> {

    /// Runs in the transaction. What it throws undoes the transaction.
    R run(DurableObjectTransaction txn) throws X;
}
