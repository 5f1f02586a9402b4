package dev.durableobjects;

/// Why an object is about to leave memory. Immutable.
public enum ShutdownReason {
    /// Nobody called it for a while, or its place was needed for another one.
    INACTIVE,
    /// The runtime closes.
    SERVER_SHUTDOWN
}
