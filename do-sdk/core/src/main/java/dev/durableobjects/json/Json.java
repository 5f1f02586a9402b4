package dev.durableobjects.json;

import jakarta.json.JsonException;
import jakarta.json.JsonReader;
import jakarta.json.JsonReaderFactory;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonGenerator;
import jakarta.json.stream.JsonGeneratorFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The JSON form of values: what [dev.durableobjects.http.Response#json] sends, and what a
/// WebSocket may carry.
///
/// | Java | JSON |
/// |---|---|
/// | null, `Optional.empty()` | `null`; a component may also be missing |
/// | `boolean`, `String`, `char`, enum | `true`, `"text"`, `"c"`, `"NAME"` |
/// | integers, `double`, `float`, `BigInteger`, `BigDecimal` | number |
/// | `java.time` values, `UUID` | string, as their `toString` |
/// | `byte[]` | string, base64 |
/// | record | object, one member per component |
/// | sealed interface of records | the record's object, with its simple name as `"@type"` |
/// | `Iterable`, array | array |
/// | `Map` | object; keys are strings, enums, numbers or `UUID` |
/// | `JsonValue` | itself |
///
/// The factories are made once: looking them up costs thirty microseconds. Safe for many threads.
public final class Json {

    private static final JsonProvider PROVIDER = JsonProvider.provider();
    private static final JsonReaderFactory READERS = PROVIDER.createReaderFactory(Map.of());
    private static final JsonGeneratorFactory GENERATORS =
            PROVIDER.createGeneratorFactory(Map.of());

    private Json() {}

    /// Returns the JSON form of a value in UTF-8.
    ///
    /// @throws IllegalArgumentException if the value, or something in it, has no JSON form
    public static byte[] bytes(@Nullable Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator generator = GENERATORS.createGenerator(bytes, StandardCharsets.UTF_8)) {
            new JsonWriter(generator).write(value);
        }
        return bytes.toByteArray();
    }

    /// Returns the JSON form of a value as text.
    ///
    /// @throws IllegalArgumentException if the value, or something in it, has no JSON form
    public static String text(@Nullable Object value) {
        return new String(bytes(value), StandardCharsets.UTF_8);
    }

    /// Returns a JSON string.
    static JsonString string(String value) {
        return PROVIDER.createValue(value);
    }

    /// Reads JSON in UTF-8 into a value of this type.
    ///
    /// @throws IllegalArgumentException if the bytes are not JSON, or do not fit the type
    public static <T> T read(byte[] json, Class<T> type) {
        Class<T> boxed = Types.boxed(type);
        Object value = read(json, (Type) boxed);
        if (value == null) {
            throw new IllegalArgumentException(
                    "$: expected a %s, found nothing".formatted(type.getSimpleName()));
        }
        return boxed.cast(value);
    }

    /// Reads JSON into a value of this type.
    ///
    /// @throws IllegalArgumentException if the text is not JSON, or does not fit the type
    public static <T> T read(String json, Class<T> type) {
        return read(json.getBytes(StandardCharsets.UTF_8), type);
    }

    /// Reads JSON in UTF-8 into a value of this generic type.
    ///
    /// @throws IllegalArgumentException if the bytes are not JSON, or do not fit the type
    public static @Nullable Object read(byte[] json, Type type) {
        JsonValue value;
        try (JsonReader reader =
                READERS.createReader(new ByteArrayInputStream(json), StandardCharsets.UTF_8)) {
            value = reader.readValue();
        } catch (JsonException e) {
            throw new IllegalArgumentException("expected JSON: " + e.getMessage(), e);
        }
        return new JsonBinder().bind(value, type, "$");
    }
}
