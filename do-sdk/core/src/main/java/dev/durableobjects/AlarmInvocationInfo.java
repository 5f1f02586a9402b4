package dev.durableobjects;

import java.time.Instant;

/// What [DurableObject#alarm] is told about its run. Immutable.
///
/// @param scheduledTime the time that the alarm was set to
/// @param isRetry whether an earlier run of this alarm has failed
/// @param retryCount how many earlier runs of it have failed
public record AlarmInvocationInfo(Instant scheduledTime, boolean isRetry, int retryCount) {}
