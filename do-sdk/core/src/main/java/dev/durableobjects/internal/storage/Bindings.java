package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.value.Unicode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.temporal.TemporalAccessor;
import java.util.Date;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Turns what an application binds into what SQLite stores. Stateless.
final class Bindings {

    private Bindings() {}

    /// Returns the values in SQLite's types; the array itself if nothing had to change.
    ///
    /// @throws IllegalArgumentException if there are not as many as wanted, or one has a type that
    ///   cannot be stored
    @SuppressWarnings("ReferenceEquality") // Whether something was converted is the question.
    static @Nullable Object[] check(@Nullable Object[] bindings, int wanted) {
        if (bindings.length != wanted) {
            throw new IllegalArgumentException(
                    ("Wrong number of parameter bindings for SQL query. The statement has %d, got"
                                    + " %d.")
                            .formatted(wanted, bindings.length));
        }
        @Nullable Object[] stored = bindings;
        for (int i = 0; i < bindings.length; i++) {
            Object value = bindings[i];
            Object converted = stored(value, i);
            if (converted != value) {
                if (stored == bindings) {
                    stored = bindings.clone();
                }
                stored[i] = converted;
            }
        }
        return stored;
    }

    /// Refuses a lone surrogate, which would be stored as a question mark.
    ///
    /// @throws IllegalArgumentException naming the binding
    static String unicode(String text, int index) {
        if (!Unicode.isValid(text)) {
            throw new IllegalArgumentException(
                    "binding %d is not valid Unicode: it has half of a surrogate pair"
                            .formatted(index + 1));
        }
        return text;
    }

    /// Returns what a client of JDBC binds: a date, a time of day or a whole number of any size as
    /// the driver has it, and everything else as [#check] has it.
    ///
    /// @throws IllegalArgumentException if it has a type that cannot be stored
    static @Nullable Object ofClient(@Nullable Object value, int index) {
        return switch (value) {
            case Instant instant -> millis(instant, index);
            case TemporalAccessor time -> time.toString();
            case BigInteger whole -> whole.toString();
            case Character character -> character.toString();
            case Date date -> date;
            case null, default -> stored(value, index);
        };
    }

    private static long millis(Instant instant, int index) {
        try {
            return instant.toEpochMilli();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "binding %d, %s, is too far from the epoch to be milliseconds"
                            .formatted(index + 1, instant),
                    e);
        }
    }

    private static @Nullable Object stored(@Nullable Object value, int index) {
        return switch (value) {
            case null -> null;
            case String text -> unicode(text, index);
            case Long whole -> whole;
            case Integer whole -> whole;
            case Double real -> real;
            case byte[] blob -> blob;
            case Boolean bool -> bool ? 1 : 0;
            case Enum<?> constant -> constant.name();
            case Instant instant -> millis(instant, index);
            case UUID uuid -> uuid.toString();
            case BigDecimal decimal -> decimal.toString();
            case Float real -> real.doubleValue();
            case Short whole -> whole.intValue();
            case Byte whole -> whole.intValue();
            default ->
                    throw new IllegalArgumentException(
                            ("binding %d has type %s; use null, a boxed primitive, String, byte[],"
                                            + " Enum, UUID, BigDecimal or Instant")
                                    .formatted(index + 1, value.getClass().getName()));
        };
    }
}
