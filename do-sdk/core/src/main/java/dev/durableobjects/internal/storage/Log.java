package dev.durableobjects.internal.storage;

/// What becomes of a database's write-ahead log when the database is closed.
public enum Log {
    /// What was committed stays.
    KEPT,
    /// What was committed since the last checkpoint goes: it is not durable, or nobody knows
    /// whether it is.
    DISCARDED
}
