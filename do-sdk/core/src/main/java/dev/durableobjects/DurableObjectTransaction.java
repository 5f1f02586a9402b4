package dev.durableobjects;

/// A transaction that is open. Only the object's thread may use it, within the body of the
/// transaction.
public interface DurableObjectTransaction {

    /// Undoes what was written in the transaction so far, and ends it: what the body writes
    /// afterwards belongs to the event. A second call does nothing.
    ///
    /// @throws IllegalStateException if a transaction inside this one is still open, or if the body
    ///   has ended
    void rollback();
}
