package dev.durableobjects.internal.storage;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Turns what SQLite stores into what an application asks for: the way back of [Bindings]. A value
/// is never rounded or cut; what does not fit is an error. Stateless.
final class ColumnValue {

    private static final Map<Class<?>, Function<Object, @Nullable Object>> READERS =
            Map.ofEntries(
                    Map.entry(Object.class, Function.identity()),
                    Map.entry(Long.class, ColumnValue::toLong),
                    Map.entry(long.class, ColumnValue::toLong),
                    Map.entry(Integer.class, ColumnValue::toInt),
                    Map.entry(int.class, ColumnValue::toInt),
                    Map.entry(Short.class, ColumnValue::toShort),
                    Map.entry(short.class, ColumnValue::toShort),
                    Map.entry(Byte.class, ColumnValue::toByte),
                    Map.entry(byte.class, ColumnValue::toByte),
                    Map.entry(Boolean.class, ColumnValue::toBoolean),
                    Map.entry(boolean.class, ColumnValue::toBoolean),
                    Map.entry(Double.class, ColumnValue::toDouble),
                    Map.entry(double.class, ColumnValue::toDouble),
                    Map.entry(Float.class, ColumnValue::toFloat),
                    Map.entry(float.class, ColumnValue::toFloat),
                    Map.entry(String.class, value -> value instanceof String ? value : null),
                    Map.entry(byte[].class, value -> value instanceof byte[] ? value : null),
                    Map.entry(Instant.class, ColumnValue::toInstant),
                    Map.entry(UUID.class, ColumnValue::toUuid),
                    Map.entry(BigDecimal.class, ColumnValue::toDecimal));

    private ColumnValue() {}

    /// Returns what turns columns into instances of a class.
    ///
    /// @throws IllegalArgumentException if nothing does
    static Reader reader(Class<?> type, String name) {
        Function<Object, @Nullable Object> conversion = READERS.get(type);
        if (conversion != null) {
            return new Reader(type, conversion);
        }
        if (type.isEnum()) {
            return new Reader(type, stored -> constant(type, stored));
        }
        throw new IllegalArgumentException(
                "component '%s' has type %s, which no column has".formatted(name, type.getName()));
    }

    /// Returns whether columns become instances of a class.
    static boolean isKnown(Class<?> type) {
        return type.isEnum() || READERS.containsKey(type);
    }

    /// Returns a value as an instance of a supported class.
    ///
    /// @throws IllegalStateException if it does not fit
    static Object to(Class<?> type, Object stored, String name) {
        return reader(type, name).read(stored, name);
    }

    /// Turns columns into instances of one class.
    ///
    /// @param conversion returns null for what does not fit
    record Reader(Class<?> type, Function<Object, @Nullable Object> conversion) {

        /// @throws IllegalStateException if the value does not fit
        Object read(Object stored, String name) {
            Object value = conversion.apply(stored);
            if (value == null) {
                throw new IllegalStateException(
                        "column '%s' holds %s, which is not a %s"
                                .formatted(name, described(stored), type.getSimpleName()));
            }
            return value;
        }
    }

    static @Nullable Long toLong(Object stored) {
        return stored instanceof Long whole ? whole : null;
    }

    static @Nullable Integer toInt(Object stored) {
        return stored instanceof Long whole && whole == whole.intValue() ? whole.intValue() : null;
    }

    private static @Nullable Short toShort(Object stored) {
        return stored instanceof Long whole && whole == whole.shortValue()
                ? (Short) whole.shortValue()
                : null;
    }

    private static @Nullable Byte toByte(Object stored) {
        return stored instanceof Long whole && whole == whole.byteValue()
                ? (Byte) whole.byteValue()
                : null;
    }

    private static @Nullable Boolean toBoolean(Object stored) {
        return stored instanceof Long whole ? whole != 0 : null;
    }

    private static @Nullable Double toDouble(Object stored) {
        return switch (stored) {
            case Double real -> real;
            case Long whole when whole == (long) whole.doubleValue() -> whole.doubleValue();
            default -> null;
        };
    }

    private static @Nullable Float toFloat(Object stored) {
        Double real = toDouble(stored);
        return real != null && (real == real.floatValue() || real.isNaN())
                ? real.floatValue()
                : null;
    }

    private static @Nullable Instant toInstant(Object stored) {
        return stored instanceof Long millis ? Instant.ofEpochMilli(millis) : null;
    }

    private static @Nullable UUID toUuid(Object stored) {
        try {
            return stored instanceof String text ? UUID.fromString(text) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable BigDecimal toDecimal(Object stored) {
        return switch (stored) {
            case Long whole -> BigDecimal.valueOf(whole);
            case Double real when Double.isFinite(real) -> BigDecimal.valueOf(real);
            case String text -> parsed(text);
            default -> null;
        };
    }

    private static @Nullable BigDecimal parsed(String text) {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable Object constant(Class<?> type, Object stored) {
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(stored)) {
                return constant;
            }
        }
        return null;
    }

    private static String described(Object stored) {
        return switch (stored) {
            case String text -> "the TEXT '%s'".formatted(shortened(text));
            case byte[] blob -> "a BLOB of %d bytes".formatted(blob.length);
            case Long whole -> "the INTEGER " + whole;
            default -> "the REAL " + stored;
        };
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}
