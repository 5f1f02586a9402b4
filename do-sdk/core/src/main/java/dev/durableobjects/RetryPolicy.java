package dev.durableobjects;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/// How often and how fast a stub repeats a call that failed for a passing reason.
///
/// A failure is passing if it is `retryable` and not `overloaded`. The first attempt may have taken
/// effect, so repeat only what is idempotent. The pause before attempt n is random, from zero to
/// `base * 2^(n-2)` and never more than `pauseMax`. Durations beyond 100 years count as 100 years.
/// Immutable.
///
/// @param attemptsMax how often the call is made in all, at least 1
/// @param base the longest first pause
/// @param pauseMax the longest of all pauses
public record RetryPolicy(int attemptsMax, Duration base, Duration pauseMax) {

    /// Three attempts, pauses from 100 ms up to 20 s: Cloudflare's advice.
    public static final RetryPolicy STANDARD =
            new RetryPolicy(3, Duration.ofMillis(100), Duration.ofSeconds(20));

    /// Checks the components.
    ///
    /// @throws IllegalArgumentException if there is no attempt, or a pause is negative
    public RetryPolicy {
        requireNonNull(base, "base must be a Duration, was null");
        requireNonNull(pauseMax, "pauseMax must be a Duration, was null");
        if (attemptsMax < 1) {
            throw new IllegalArgumentException(
                    "a retry policy needs at least 1 attempt, had " + attemptsMax);
        }
        if (base.isNegative() || pauseMax.isNegative()) {
            throw new IllegalArgumentException(
                    "pauses must not be negative, were %s and %s".formatted(base, pauseMax));
        }
    }
}
