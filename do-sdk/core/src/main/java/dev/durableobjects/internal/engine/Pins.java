package dev.durableobjects.internal.engine;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/// What keeps an idle object in memory, each for a bounded time. Safe for use by many threads.
final class Pins {

    // Guarded by this.
    private final Set<Pin> pins = Collections.newSetFromMap(new IdentityHashMap<>());

    private final int max;

    /// Starts with none.
    ///
    /// @param max how many there may be at a time
    Pins(int max) {
        this.max = max;
    }

    /// Adds a pin that counts until this time of the engine's waiting.
    ///
    /// @throws IllegalStateException if there are too many
    synchronized Pin add(long until) {
        if (pins.size() >= max) {
            throw new IllegalStateException(
                    "an object may have %d leases, tasks, pending timers and streams at a time"
                            .formatted(max));
        }
        Pin pin = new Pin(until);
        pins.add(pin);
        return pin;
    }

    /// Returns whether there are pins, expired or not.
    synchronized boolean isEmpty() {
        return pins.isEmpty();
    }

    /// Returns whether a pin counts at this time.
    synchronized boolean hold(long now) {
        return pins.stream().anyMatch(pin -> pin.until - now > 0);
    }

    private synchronized void remove(Pin pin) {
        pins.remove(pin);
    }

    /// One reason to stay.
    final class Pin {

        private final long until;

        private Pin(long until) {
            this.until = until;
        }

        void release() {
            remove(this);
        }
    }
}
