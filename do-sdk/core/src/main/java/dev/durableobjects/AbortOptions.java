package dev.durableobjects;

/// Options of an abort. Immutable.
///
/// @param retryAlarm whether an alarm or a schedule whose handler runs just then is run again; if
///   not, it is given up: it is deleted, and one that repeats goes on with its next time
public record AbortOptions(boolean retryAlarm) {}
