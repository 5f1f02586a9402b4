package dev.durableobjects.internal.value;

import org.jspecify.annotations.Nullable;

/// Calls method handles without declaring `Throwable`. Stateless.
final class Handles {

    private Handles() {}

    /// Makes the call; whatever it throws passes through unchanged, checked or not.
    static <R extends @Nullable Object> R call(Call<R> call) {
        try {
            return call.run();
        } catch (Throwable failure) {
            throw Handles.<RuntimeException>sneak(failure);
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // The cast is never checked.
    private static <X extends Throwable> X sneak(Throwable failure) throws X {
        throw (X) failure;
    }

    /// A call of a method handle.
    interface Call<R extends @Nullable Object> {

        R run() throws Throwable;
    }
}
