package dev.durableobjects.runtime;

import java.time.Instant;
import java.time.InstantSource;

/// A clock from outside. A time that has no milliseconds is refused where the clock shows it:
/// arithmetic would fail later, in words that tell nothing. As safe as its source.
record CheckedClock(InstantSource source) implements InstantSource {

    private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");

    @Override
    public Instant instant() {
        Instant now = source.instant();
        if (now == null || now.isBefore(Instant.EPOCH) || !now.isBefore(END)) {
            throw new IllegalStateException(
                    "the clock must show a time from 1970 to 9999, showed " + now);
        }
        return now;
    }
}
