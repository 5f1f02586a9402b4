package dev.durableobjects.runtime;

import java.time.InstantSource;

/// Lets tests of the example replace the clock of a runtime, which is no setting for users.
public final class RuntimeClock {

    private RuntimeClock() {}

    /// Replaces the clock.
    public static DurableObjectsBuilder set(DurableObjectsBuilder builder, InstantSource clock) {
        return builder.clock(clock);
    }
}
