package dev.durableobjects.internal.rpc;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.value.RecordType;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds mistakes in an RPC interface when its namespace is registered, rather than when it is
/// called. Only the thread that checks.
final class InterfaceCheck {

    /// The handlers of [dev.durableobjects.DurableObject], and what else Cloudflare reserves.
    private static final Set<String> RESERVED =
            Set.of(
                    "alarm",
                    "scheduled",
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

    private final Map<TypeVariable<?>, Type> variables = new HashMap<>();

    private InterfaceCheck(Class<?> api) {
        learn(api);
    }

    /// @throws IllegalArgumentException naming the method and what to change
    static void check(Class<?> api, List<Method> methods) {
        InterfaceCheck check = new InterfaceCheck(api);
        Map<String, Method> byName = new HashMap<>();
        for (Method method : methods) {
            if (method.isBridge()) {
                continue; // The compiler made it, for callers of what the method overrides.
            }
            String where = "%s.%s".formatted(api.getName(), method.getName());
            if (RESERVED.contains(method.getName())) {
                throw new IllegalArgumentException(
                        "%s: '%s' is a reserved method and cannot be called over RPC; rename it"
                                .formatted(where, method.getName()));
            }
            Method known = byName.put(method.getName(), method);
            if (known != null
                    && !Arrays.equals(known.getParameterTypes(), method.getParameterTypes())) {
                throw new IllegalArgumentException(
                        "%s is overloaded; calls are told apart by name, so give each its own"
                                .formatted(where));
            }
            if (method.getTypeParameters().length > 0) {
                throw new IllegalArgumentException(
                        "%s has type parameters; write the types that really cross"
                                .formatted(where));
            }
            check.checkTypes(where, method);
        }
    }

    private void checkTypes(String where, Method method) {
        Type[] parameters = method.getGenericParameterTypes();
        for (int i = 0; i < parameters.length; i++) {
            check(parameters[i], "%s: parameter %d".formatted(where, i + 1), new HashSet<>());
        }
        if (method.getReturnType() != void.class) {
            check(method.getGenericReturnType(), where + ": the result", new HashSet<>());
        }
    }

    private void check(Type type, String where, Set<Class<?>> known) {
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
            case TypeVariable<?> variable -> checkVariable(variable, where, known);
            default ->
                    throw new IllegalArgumentException(
                            "%s has the type %s, which is not known before the call; %s"
                                    .formatted(where, type, USE));
        }
    }

    /// A type variable of a record was checked where its argument was written.
    private void checkVariable(TypeVariable<?> variable, String where, Set<Class<?>> known) {
        Type argument = variables.get(variable);
        if (argument != null) {
            check(argument, where, known);
        } else if (!(variable.getGenericDeclaration() instanceof Class<?> type)
                || !type.isRecord()) {
            throw new IllegalArgumentException(
                    ("%s has the type %s, which is not known before the call; bind an interface"
                                    + " that extends this one with the types, such as `interface"
                                    + " Names extends Items<String>`")
                            .formatted(where, variable));
        }
    }

    /// Learns what the interfaces above this one call their type variables.
    private void learn(Class<?> api) {
        for (Type parent : api.getGenericInterfaces()) {
            if (parent instanceof ParameterizedType generic) {
                Class<?> raw = (Class<?>) generic.getRawType();
                for (int i = 0; i < raw.getTypeParameters().length; i++) {
                    variables.put(raw.getTypeParameters()[i], generic.getActualTypeArguments()[i]);
                }
                learn(raw);
            } else {
                learn((Class<?>) parent);
            }
        }
    }

    private void checkClass(Class<?> type, String where, Set<Class<?>> known) {
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
