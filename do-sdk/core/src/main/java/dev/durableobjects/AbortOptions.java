package dev.durableobjects;

/// Options of an abort. Immutable.
///
/// @param retryAlarm whether an alarm or a schedule whose handler runs just then is run again; if
///   not, it is deleted
public record AbortOptions(boolean retryAlarm) {}
