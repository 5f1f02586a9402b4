package dev.durableobjects;

/// What an abort does besides. Immutable.
///
/// @param retryAlarm whether an alarm or a schedule whose handler runs just then is run again; if
///   not, it is deleted
public record AbortOptions(boolean retryAlarm) {}
