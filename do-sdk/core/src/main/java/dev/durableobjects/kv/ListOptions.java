package dev.durableobjects.kv;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Which keys a listing has, and in which order. Immutable; each method returns changed options.
public final class ListOptions {

    private static final ListOptions ALL = new ListOptions(null, false, null, null, false, 0);

    private final @Nullable String start;
    private final boolean isAfterStart;
    private final @Nullable String end;
    private final @Nullable String prefix;
    private final boolean isReverse;
    private final int limit;

    private ListOptions(
            @Nullable String start,
            boolean isAfterStart,
            @Nullable String end,
            @Nullable String prefix,
            boolean isReverse,
            int limit) {
        this.start = start;
        this.isAfterStart = isAfterStart;
        this.end = end;
        this.prefix = prefix;
        this.isReverse = isReverse;
        this.limit = limit;
    }

    /// Returns the options for all keys in their order.
    public static ListOptions all() {
        return ALL;
    }

    /// Begins at this key.
    ///
    /// @throws IllegalArgumentException if there is a beginning already
    public ListOptions start(String key) {
        requireNonNull(key, "key must be a text, was null");
        checkStart();
        return new ListOptions(key, false, end, prefix, isReverse, limit);
    }

    /// Begins behind this key.
    ///
    /// @throws IllegalArgumentException if there is a beginning already
    public ListOptions startAfter(String key) {
        requireNonNull(key, "key must be a text, was null");
        checkStart();
        return new ListOptions(key, true, end, prefix, isReverse, limit);
    }

    /// Ends before this key.
    public ListOptions end(String key) {
        requireNonNull(key, "key must be a text, was null");
        return new ListOptions(start, isAfterStart, key, prefix, isReverse, limit);
    }

    /// Takes only keys that begin with this text.
    public ListOptions prefix(String text) {
        requireNonNull(text, "text must be a String, was null");
        return new ListOptions(start, isAfterStart, end, text, isReverse, limit);
    }

    /// Lists from the last key to the first. The range stays the same.
    public ListOptions reverse() {
        return new ListOptions(start, isAfterStart, end, prefix, true, limit);
    }

    /// Lists at most so many keys.
    ///
    /// @throws IllegalArgumentException if it is less than 1
    public ListOptions limit(int max) {
        if (max < 1) {
            throw new IllegalArgumentException("List limit must be positive.");
        }
        return new ListOptions(start, isAfterStart, end, prefix, isReverse, max);
    }

    /// Returns where the listing begins.
    public Optional<String> start() {
        return Optional.ofNullable(start);
    }

    /// Returns whether the listing begins behind [#start()] and not at it.
    public boolean isAfterStart() {
        return isAfterStart;
    }

    /// Returns before which key the listing ends.
    public Optional<String> end() {
        return Optional.ofNullable(end);
    }

    /// Returns with what the keys begin.
    public Optional<String> prefix() {
        return Optional.ofNullable(prefix);
    }

    /// Returns whether the last key comes first.
    public boolean isReverse() {
        return isReverse;
    }

    /// Returns how many keys the listing has at most.
    public OptionalInt limit() {
        return limit == 0 ? OptionalInt.empty() : OptionalInt.of(limit);
    }

    private void checkStart() {
        if (start != null) {
            throw new IllegalArgumentException(
                    "list() cannot be called with both start and startAfter values.");
        }
    }
}
