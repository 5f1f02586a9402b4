package dev.durableobjects;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.Map;

/// The bounds that a runtime keeps: the default of each [Limit], or another value. Immutable.
public final class Limits {

    private static final Limits STANDARD = new Limits(new EnumMap<>(Limit.class));

    private final Map<Limit, Integer> changed;

    private Limits(Map<Limit, Integer> changed) {
        this.changed = changed;
    }

    /// Returns the defaults.
    public static Limits standard() {
        return STANDARD;
    }

    /// Returns these bounds with one changed.
    ///
    /// @throws IllegalArgumentException if the value is less than 1 or more than the bound's
    ///   maximum
    public Limits with(Limit limit, int value) {
        requireNonNull(limit, "limit must be one of Limit, was null");
        if (value < 1) {
            throw new IllegalArgumentException(
                    "limit %s must be at least 1, was %d".formatted(limit.key(), value));
        }
        if (value > limit.maximum()) {
            throw new IllegalArgumentException(
                    "limit %s must be at most %d, was %d"
                            .formatted(limit.key(), limit.maximum(), value));
        }
        Map<Limit, Integer> more = new EnumMap<>(Limit.class);
        more.putAll(changed);
        more.put(limit, value);
        return new Limits(more);
    }

    /// Returns the value of a bound, in the unit that the bound names.
    public int get(Limit limit) {
        requireNonNull(limit, "limit must be one of Limit, was null");
        return changed.getOrDefault(limit, limit.standard());
    }
}
