package dev.durableobjects;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// A named time at which [DurableObject#scheduled] runs. Immutable.
///
/// @param name its name, unique in its object
/// @param due when it is due, to the millisecond
/// @param period how often it is due again; empty if once
public record Schedule(String name, Instant due, Optional<Duration> period) {}
