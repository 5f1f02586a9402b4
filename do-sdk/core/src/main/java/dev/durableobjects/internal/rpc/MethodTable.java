package dev.durableobjects.internal.rpc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The methods of one RPC interface, and the maker of proxies for it. Immutable.
///
/// @param <T> the interface
public final class MethodTable<T> {

    private static final @Nullable Object[] NO_ARGUMENTS = {};

    private final Class<T> api;
    private final Map<Method, RemoteMethod> methods;

    /// Takes an interface apart.
    ///
    /// @throws IllegalArgumentException if it has something that cannot be called from outside of
    ///   an object
    public MethodTable(Class<T> api) {
        check(api);
        this.api = api;
        this.methods =
                remote(api).collect(Collectors.toMap(Function.identity(), MethodTable::open));
    }

    /// Looks whether an interface can be called from outside of an object.
    ///
    /// @throws IllegalArgumentException if not; the message says what to change
    public static void check(Class<?> api) {
        InterfaceCheck.check(api, remote(api).toList());
    }

    /// Returns an implementation of the interface that copies the arguments of each call and gives
    /// it to the invoker.
    ///
    /// @param described what the proxy is: it has its `toString`
    public T proxy(RemoteMethod.Invoker invoker, Object described) {
        InvocationHandler handler =
                (proxy, method, arguments) -> {
                    RemoteMethod remote = methods.get(method);
                    return remote != null
                            ? invoker.invoke(remote, copied(method, arguments))
                            : ofObject(proxy, method, arguments, described);
                };
        return api.cast(
                Proxy.newProxyInstance(api.getClassLoader(), new Class<?>[] {api}, handler));
    }

    private static Stream<Method> remote(Class<?> api) {
        return Arrays.stream(api.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()));
    }

    private static @Nullable Object[] copied(
            Method method, @Nullable Object @Nullable [] arguments) {
        if (arguments == null) {
            return NO_ARGUMENTS;
        }
        for (int i = 0; i < arguments.length; i++) {
            try {
                arguments[i] = ValueCopy.of(arguments[i]);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "argument %d of %s: %s".formatted(i + 1, method.getName(), e.getMessage()),
                        e);
            }
        }
        return arguments;
    }

    @SuppressWarnings("ReferenceEquality") // A proxy equals itself only.
    private static Object ofObject(
            Object proxy, Method method, @Nullable Object[] arguments, Object described) {
        return switch (method.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> described.toString();
        };
    }

    private static RemoteMethod open(Method method) {
        try {
            method.setAccessible(true);
            return new RemoteMethod(
                    MethodHandles.lookup()
                            .unreflect(method)
                            .asFixedArity()
                            .asSpreader(Object[].class, method.getParameterCount())
                            .asType(
                                    MethodType.methodType(
                                            Object.class, Object.class, Object[].class)));
        } catch (IllegalAccessException e) {
            throw new IllegalArgumentException("cannot call " + method, e);
        }
    }
}
