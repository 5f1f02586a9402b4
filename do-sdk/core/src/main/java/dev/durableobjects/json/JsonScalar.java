package dev.durableobjects.json;

import dev.durableobjects.internal.value.Unicode;
import jakarta.json.JsonNumber;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/// Reads values without parts: strings, numbers, booleans, enums, times. Stateless.
final class JsonScalar {

    private static final int DIGITS_MAX = 1_000;

    private static final Map<Class<?>, Function<String, ?>> FROM_TEXT =
            Map.ofEntries(
                    Map.entry(String.class, Function.identity()),
                    Map.entry(UUID.class, UUID::fromString),
                    Map.entry(byte[].class, Base64.getDecoder()::decode),
                    Map.entry(Instant.class, Instant::parse),
                    Map.entry(Duration.class, Duration::parse),
                    Map.entry(Period.class, Period::parse),
                    Map.entry(LocalDate.class, LocalDate::parse),
                    Map.entry(LocalTime.class, LocalTime::parse),
                    Map.entry(LocalDateTime.class, LocalDateTime::parse),
                    Map.entry(OffsetTime.class, OffsetTime::parse),
                    Map.entry(OffsetDateTime.class, OffsetDateTime::parse),
                    Map.entry(ZonedDateTime.class, ZonedDateTime::parse),
                    Map.entry(Year.class, JsonScalar::year),
                    Map.entry(YearMonth.class, JsonScalar::yearMonth),
                    Map.entry(MonthDay.class, MonthDay::parse),
                    Map.entry(ZoneId.class, ZoneId::of),
                    Map.entry(ZoneOffset.class, ZoneOffset::of));

    private static final Map<Class<?>, Function<BigDecimal, ? extends Number>> FROM_NUMBER =
            Map.of(
                    Byte.class, BigDecimal::byteValueExact,
                    Short.class, BigDecimal::shortValueExact,
                    Integer.class, BigDecimal::intValueExact,
                    Long.class, BigDecimal::longValueExact,
                    Float.class, number -> (float) finite(number),
                    Double.class, JsonScalar::finite,
                    BigInteger.class, JsonScalar::whole,
                    BigDecimal.class, Function.identity(),
                    Number.class, JsonScalar::narrowed);

    private JsonScalar() {}

    /// Returns whether a value of `java.time` has a form that is read back as the same value.
    static boolean isTime(Object value) {
        return value instanceof ZoneId || FROM_TEXT.containsKey(value.getClass());
    }

    private static Year year(String text) {
        return Year.of(Integer.parseInt(text));
    }

    /// `toString` leaves the sign out that `parse` demands beyond the year 9999.
    private static YearMonth yearMonth(String text) {
        return YearMonth.parse(text.matches("\\d{5,}-.*") ? "+" + text : text);
    }

    static Object bind(JsonValue json, Class<?> type, String where) {
        if (type == Boolean.class) {
            return JsonBinder.expect(isBoolean(json), json, where, "a boolean", json)
                    .equals(JsonValue.TRUE);
        }
        Function<BigDecimal, ? extends Number> narrowing = FROM_NUMBER.get(type);
        if (narrowing != null) {
            return number(json, narrowing, "a number (%s)".formatted(type.getSimpleName()), where);
        }
        if (type.isEnum()) {
            return constant(text(json, where), type, json, where);
        }
        if (type == Character.class) {
            String text = text(json, where);
            return JsonBinder.expect(
                            text.length() == 1, json, where, "a string of one character", text)
                    .charAt(0);
        }
        Function<String, ?> parser = FROM_TEXT.get(type);
        if (parser == null) {
            throw new IllegalArgumentException(
                    "%s: JSON cannot be read into %s".formatted(where, type.getName()));
        }
        String text = text(json, where);
        if (!Unicode.isValid(text)) {
            throw JsonBinder.mismatch(where, "valid Unicode", json);
        }
        try {
            return parser.apply(text);
        } catch (DateTimeException | IllegalArgumentException e) {
            throw JsonBinder.mismatch(where, "a " + type.getSimpleName(), json);
        }
    }

    /// Reads the name of an object's member as the key of a map.
    static Object key(String name, Class<?> type, String where) {
        if (type == Object.class || type == String.class) {
            return name;
        }
        Function<BigDecimal, ? extends Number> narrowing = FROM_NUMBER.get(type);
        if (narrowing != null) {
            return number(name, narrowing, where);
        }
        return bind(Json.string(name), type, where);
    }

    /// Returns the number as the smallest of `Long`, `BigInteger` and `Double` that holds it.
    private static Number narrowed(BigDecimal number) {
        if (number.scale() > 0) {
            return finite(number);
        }
        BigInteger whole = whole(number);
        return whole.bitLength() < Long.SIZE ? (Number) whole.longValue() : whole;
    }

    /// A short text such as `1e999999999` must not become a gigabyte of digits.
    private static BigInteger whole(BigDecimal number) {
        if (Math.abs((long) number.scale()) > DIGITS_MAX) {
            throw new ArithmeticException("more than %d digits".formatted(DIGITS_MAX));
        }
        return number.toBigIntegerExact();
    }

    private static double finite(BigDecimal number) {
        double value = number.doubleValue();
        if (Double.isInfinite(value)) {
            throw new ArithmeticException("beyond the range of a double");
        }
        return value;
    }

    private static boolean isBoolean(JsonValue json) {
        return json.equals(JsonValue.TRUE) || json.equals(JsonValue.FALSE);
    }

    /// The name of a member is no number of JSON, so it was not checked by the parser.
    private static Number number(
            String name, Function<BigDecimal, ? extends Number> narrowing, String where) {
        try {
            return narrowing.apply(new BigDecimal(name));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException(
                    "%s: expected numbers as names, found '%s'".formatted(where, name), e);
        }
    }

    private static Number number(
            JsonValue json,
            Function<BigDecimal, ? extends Number> narrowing,
            String wanted,
            String where) {
        if (!(json instanceof JsonNumber number)) {
            throw JsonBinder.mismatch(where, wanted, json);
        }
        try {
            return narrowing.apply(number.bigDecimalValue());
        } catch (ArithmeticException e) {
            throw JsonBinder.mismatch(where, wanted, json);
        }
    }

    private static Object constant(String name, Class<?> type, JsonValue json, String where) {
        Object[] constants = type.getEnumConstants();
        return Arrays.stream(constants)
                .filter(constant -> ((Enum<?>) constant).name().equals(name))
                .findFirst()
                .orElseThrow(() -> JsonBinder.mismatch(where, "one of " + names(constants), json));
    }

    private static List<String> names(Object[] constants) {
        return Arrays.stream(constants).map(constant -> ((Enum<?>) constant).name()).toList();
    }

    private static String text(JsonValue json, String where) {
        if (!(json instanceof JsonString string)) {
            throw JsonBinder.mismatch(where, "a string", json);
        }
        return string.getString();
    }
}
