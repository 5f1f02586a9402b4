package dev.durableobjects.json;

import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;

/// Small questions about types that reflection answers at length. Stateless.
final class Types {

    private Types() {}

    /// Returns the wrapper class of a primitive class, and any other class itself.
    @SuppressWarnings("unchecked") // int.class is a Class<Integer>, as its wrapper is.
    static <T> Class<T> boxed(Class<T> type) {
        return (Class<T>) MethodType.methodType(type).wrap().returnType();
    }

    /// Returns the class of a type, without its arguments.
    static Class<?> raw(Type type) {
        return switch (type) {
            case Class<?> plain -> plain;
            case ParameterizedType generic -> raw(generic.getRawType());
            case WildcardType wildcard -> raw(wildcard.getUpperBounds()[0]);
            case TypeVariable<?> variable -> raw(variable.getBounds()[0]);
            default -> throw new IllegalArgumentException("unsupported type " + type);
        };
    }

    /// Returns an argument of a generic type, `Object` if the type was written without.
    static Type argument(Type type, int index) {
        return type instanceof ParameterizedType generic
                ? generic.getActualTypeArguments()[index]
                : Object.class;
    }
}
