package dev.durableobjects.internal.storage;

/// What a commit has written.
public enum Written {
    NOTHING,
    /// Only what may be lost: nobody waits for it.
    UNCONFIRMED,
    CONFIRMED
}
