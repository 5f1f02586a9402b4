package dev.durableobjects.internal.storage;

/// What a commit has written. Immutable.
public enum Written {
    /// Nothing.
    NOTHING,
    /// Only what may be lost: nobody waits for it.
    UNCONFIRMED,
    /// What everything behind it waits for.
    CONFIRMED
}
