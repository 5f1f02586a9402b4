package dev.durableobjects.internal.rpc;

import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/// A method of an RPC interface, as it is run inside of an object. There is one for each method and
/// not one for each call, so that a call makes less garbage. Immutable.
public final class RemoteMethod {

    private final MethodHandle handle;

    RemoteMethod(MethodHandle handle) {
        this.handle = handle;
    }

    /// Calls the method on the object and returns a copy of its result. What the method throws
    /// passes through.
    ///
    /// @param arguments already copied
    /// @throws IllegalArgumentException if the result is of a type that cannot cross
    public @Nullable Object on(Object target, @Nullable Object[] arguments) throws Exception {
        try {
            return ValueCopy.of((Object) handle.invokeExact(target, arguments));
        } catch (Exception | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /// Makes a call run inside its object.
    @FunctionalInterface
    public interface Invoker {

        /// Runs the method and returns its result.
        ///
        /// @param arguments already copied
        @Nullable Object invoke(RemoteMethod method, @Nullable Object[] arguments) throws Exception;
    }
}
