package dev.durableobjects.internal.rpc;

import dev.durableobjects.DurableObjectSnapshot;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.value.RecordType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Knows the classes whose instances can never change, in all their parts: they cross between
/// objects without a copy. Each class is judged once.
final class ImmutableTypes {

    private static final Set<Class<?>> CONSTANTS =
            Set.of(
                    String.class,
                    Boolean.class,
                    Character.class,
                    Byte.class,
                    Short.class,
                    Integer.class,
                    Long.class,
                    Float.class,
                    Double.class,
                    BigInteger.class,
                    BigDecimal.class,
                    UUID.class,
                    Request.class,
                    Response.class,
                    DurableObjectSnapshot.class);

    private static final ClassValue<Boolean> JUDGED =
            new ClassValue<>() {
                @Override
                protected Boolean computeValue(Class<?> type) {
                    return judge(type, new HashSet<>());
                }
            };

    private ImmutableTypes() {}

    /// Returns whether every instance of exactly this class is immutable in all its parts.
    static boolean contains(Class<?> type) {
        return JUDGED.get(type);
    }

    /// A record is judged by its components; one that contains its own type is immutable if all
    /// else is.
    private static boolean judge(Class<?> type, Set<Class<?>> underJudgement) {
        if (type.isPrimitive()
                || CONSTANTS.contains(type)
                || type.isEnum()
                || isEnumConstant(type)
                || type.getPackageName().equals("java.time")) {
            return true;
        }
        if (!underJudgement.add(type)) {
            return true;
        }
        if (type.isSealed() && type.isInterface()) {
            for (Class<?> variant : type.getPermittedSubclasses()) {
                if (!judge(variant, underJudgement)) {
                    return false;
                }
            }
            return true;
        }
        return type.isRecord()
                && RecordType.of(type).components().stream()
                        .allMatch(part -> judgeGeneric(part.genericType(), underJudgement));
    }

    private static boolean judgeGeneric(Type type, Set<Class<?>> underJudgement) {
        return switch (type) {
            case Class<?> plain -> judge(plain, underJudgement);
            case ParameterizedType generic ->
                    generic.getRawType() == Optional.class
                            && judgeGeneric(generic.getActualTypeArguments()[0], underJudgement);
            default -> false;
        };
    }

    /// A constant with a body of its own has a class of its own.
    private static boolean isEnumConstant(Class<?> type) {
        Class<?> parent = type.getSuperclass();
        return parent != null && parent.isEnum();
    }
}
