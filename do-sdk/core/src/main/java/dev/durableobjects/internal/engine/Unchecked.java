package dev.durableobjects.internal.engine;

import java.util.concurrent.Callable;

/// Lets an object's exception pass to its caller as it is, although the method between them does
/// not declare it.
final class Unchecked {

    private Unchecked() {}

    static <R> R call(Callable<R> body) {
        try {
            return body.call();
        } catch (Exception failure) {
            throw Unchecked.<RuntimeException>sneak(failure);
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // The cast is never checked.
    private static <X extends Exception> X sneak(Exception failure) throws X {
        throw (X) failure;
    }
}
