package dev.durableobjects.internal.storage;

import dev.durableobjects.Callback;
import org.jspecify.annotations.Nullable;

/// What a body has returned or thrown, to be told later. Immutable.
///
/// @param <R> what it returns
/// @param <X> what it may throw
final class Outcome<R extends @Nullable Object, X extends Exception> {

    private final @Nullable Object result;
    private final @Nullable Throwable failure;

    private Outcome(@Nullable Object result, @Nullable Throwable failure) {
        this.result = result;
        this.failure = failure;
    }

    /// Runs a body.
    static <R extends @Nullable Object, X extends Exception> Outcome<R, X> of(Callback<R, X> body) {
        try {
            return new Outcome<>(body.run(), null);
        } catch (Throwable thrown) {
            return new Outcome<>(null, thrown);
        }
    }

    /// Returns or throws what the body did.
    @SuppressWarnings({"unchecked", "NullAway"}) // The body had these types.
    R get() throws X {
        if (failure == null) {
            return (R) result;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        throw (X) failure;
    }
}
