package dev.durableobjects.internal.rpc;

import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/// One call of an object's method, its arguments already copied. Used once.
public final class Call {

    private final MethodHandle method;
    private final @Nullable Object[] arguments;

    Call(MethodHandle method, @Nullable Object[] arguments) {
        this.method = method;
        this.arguments = arguments;
    }

    /// Calls the method on the object and returns a copy of its result. What the method throws
    /// passes through.
    ///
    /// @throws IllegalArgumentException if the result is of a type that cannot cross
    public @Nullable Object on(Object target) throws Exception {
        try {
            return ValueCopy.of((Object) method.invokeExact(target, arguments));
        } catch (Exception | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /// Makes a call run inside its object.
    @FunctionalInterface
    public interface Invoker {

        /// Runs the call and returns its result.
        @Nullable Object invoke(Call call) throws Exception;
    }
}
