package dev.durableobjects.internal.rpc;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.value.RecordType;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds mistakes in an RPC interface when its namespace is registered, rather than when it is
/// called.
final class InterfaceCheck {

    /// Names that Cloudflare reserves for the runtime's own events.
    private static final Set<String> RESERVED =
            Set.of(
                    "alarm",
                    "webSocketMessage",
                    "webSocketClose",
                    "webSocketError",
                    "preShutdown",
                    "fetch",
                    "connect",
                    "dup",
                    "constructor");

    private static final Set<Class<?>> COLLECTIONS =
            Set.of(List.class, Set.class, Map.class, Collection.class, Optional.class);

    private static final String USE =
            "use primitives and their boxes, String, enums, records, sealed interfaces of records,"
                    + " java.time, UUID, BigInteger, BigDecimal, Request, Response, Optional, List,"
                    + " Set, Map, Collection, or arrays of such";

    private InterfaceCheck() {}

    /// @throws IllegalArgumentException naming the method and what to change
    static void check(Class<?> api, List<Method> methods) {
        Set<String> names = new HashSet<>();
        for (Method method : methods) {
            String where = "%s.%s".formatted(api.getName(), method.getName());
            if (RESERVED.contains(method.getName())) {
                throw new IllegalArgumentException(
                        "%s: '%s' is a reserved method and cannot be called over RPC; rename it"
                                .formatted(where, method.getName()));
            }
            if (!names.add(method.getName())) {
                throw new IllegalArgumentException(
                        "%s is overloaded; calls are told apart by name, so give each its own"
                                .formatted(where));
            }
            if (method.getTypeParameters().length > 0) {
                throw new IllegalArgumentException(
                        "%s has type parameters; write the types that really cross"
                                .formatted(where));
            }
            checkTypes(where, method);
        }
    }

    private static void checkTypes(String where, Method method) {
        Type[] parameters = method.getGenericParameterTypes();
        for (int i = 0; i < parameters.length; i++) {
            check(parameters[i], "%s: parameter %d".formatted(where, i + 1), new HashSet<>());
        }
        if (method.getReturnType() != void.class) {
            check(method.getGenericReturnType(), where + ": the result", new HashSet<>());
        }
    }

    private static void check(Type type, String where, Set<Class<?>> known) {
        switch (type) {
            case Class<?> plain -> checkClass(plain, where, known);
            case ParameterizedType generic -> {
                checkClass((Class<?>) generic.getRawType(), where, known);
                for (Type argument : generic.getActualTypeArguments()) {
                    check(argument, where, known);
                }
            }
            case GenericArrayType array -> check(array.getGenericComponentType(), where, known);
            case WildcardType wildcard -> check(wildcard.getUpperBounds()[0], where, known);
            default ->
                    throw new IllegalArgumentException(
                            "%s has the type %s, which is not known before the call; %s"
                                    .formatted(where, type, USE));
        }
    }

    private static void checkClass(Class<?> type, String where, Set<Class<?>> known) {
        if (type == Object.class
                || type == Request.class
                || type == Response.class
                || COLLECTIONS.contains(type)
                || !known.add(type)
                || ImmutableTypes.contains(type)) {
            return;
        }
        if (type.isArray()) {
            checkClass(type.getComponentType(), where, known);
        } else if (type.isRecord()) {
            for (RecordType.Component part : RecordType.of(type).components()) {
                check(part.genericType(), where + ", component " + part.name(), known);
            }
        } else if (type.isSealed() && type.isInterface()) {
            for (Class<?> variant : type.getPermittedSubclasses()) {
                checkClass(variant, where, known);
            }
        } else {
            throw new IllegalArgumentException(
                    "%s has the type %s, which cannot cross; %s%s"
                            .formatted(
                                    where,
                                    type.getName(),
                                    type == DurableObjectId.class
                                            ? "send its toString() or the name, or "
                                            : "",
                                    USE));
        }
    }
}
