package dev.durableobjects.internal.storage;

import dev.durableobjects.sql.SqlStorageException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// Implements a JDBC interface of which few methods matter here, and forwards the others.
abstract class JdbcProxy implements InvocationHandler {

    private static final Object[] NO_ARGUMENTS = {};

    /// Returns an instance of the interface.
    final <T> T as(Class<T> type) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, this));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // Two handles are equal if they are the same.
    public final @Nullable Object invoke(Object self, Method method, Object @Nullable [] arguments)
            throws Throwable {
        Object[] given = arguments == null ? NO_ARGUMENTS : arguments;
        return switch (method.getName()) {
            case "equals" -> self == given[0];
            case "hashCode" -> System.identityHashCode(self);
            case "toString" -> getClass().getSimpleName();
            case "unwrap" -> unwrap(self, (Class<?>) given[0]);
            case "isWrapperFor" -> ((Class<?>) given[0]).isInstance(self);
            case "cancel" -> throw SqlErrors.noCancel();
            default -> checked(self, method, given);
        };
    }

    private static Object unwrap(Object self, Class<?> type) throws SQLException {
        if (!type.isInstance(self)) {
            throw new SQLException("this is no wrapper for " + type.getName());
        }
        return self;
    }

    /// Clients of JDBC expect its exceptions, also for what we refuse.
    private @Nullable Object checked(Object self, Method method, Object[] given) throws Throwable {
        try {
            return call(self, method, given);
        } catch (SqlStorageException e) {
            throw hasErrorsOfJdbc() ? new SQLException(e.getMessage(), null, e.code(), e) : e;
        } catch (IllegalArgumentException e) {
            throw hasErrorsOfJdbc() ? new SQLException(e.getMessage(), e) : e;
        }
    }

    /// Returns whether it is for a client of JDBC, and not for DbClient.
    boolean hasErrorsOfJdbc() {
        return true;
    }

    /// Runs a method of the interface.
    abstract @Nullable Object call(Object self, Method method, Object[] given) throws Throwable;

    /// Runs a method on something else.
    static @Nullable Object forward(Object target, Method method, Object[] given) throws Throwable {
        try {
            return method.invoke(target, given);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
