package dev.durableobjects.json;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.internal.value.Unicode;
import jakarta.json.JsonException;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonGenerator;
import jakarta.json.stream.JsonGeneratorFactory;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParserFactory;
import java.io.StringReader;
import java.io.StringWriter;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
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
/// Reading is strict: one document, in valid UTF-8, and nothing behind it; at most 1000 levels and
/// numbers of at most 1000 digits. Members that no component asks for are ignored. Safe for use by
/// many threads.
public final class Json {

    // Made once: looking them up costs thirty microseconds.
    private static final JsonProvider PROVIDER = JsonProvider.provider();
    private static final JsonParserFactory PARSERS = PROVIDER.createParserFactory(Map.of());
    private static final JsonGeneratorFactory GENERATORS =
            PROVIDER.createGeneratorFactory(Map.of());

    /// Room for a text to begin with.
    private static final int TEXT_CHARS = 512;

    private static final String BYTE_ORDER_MARK = "\ufeff";

    private Json() {}

    /// Returns the JSON form of a value in UTF-8.
    ///
    /// @throws IllegalArgumentException if the value, or something in it, has no JSON form
    public static byte[] bytes(@Nullable Object value) {
        return text(value).getBytes(StandardCharsets.UTF_8);
    }

    /// Returns the JSON form of a value as text.
    ///
    /// @throws IllegalArgumentException if the value, or something in it, has no JSON form
    public static String text(@Nullable Object value) {
        StringWriter text = new StringWriter(TEXT_CHARS);
        try (JsonGenerator generator = GENERATORS.createGenerator(text)) {
            new JsonWriter(generator).write(value);
        }
        return text.toString();
    }

    /// Reads JSON in UTF-8 into a value of this type.
    ///
    /// @throws IllegalArgumentException if the bytes are not JSON, or do not fit the type
    public static <T> T read(byte[] json, Class<T> type) {
        requireNonNull(json, "json must be an array, was null");
        return read(decoded(json), type);
    }

    /// Reads JSON into a value of this type.
    ///
    /// @throws IllegalArgumentException if the text is not JSON, or does not fit the type
    public static <T> T read(String json, Class<T> type) {
        requireNonNull(json, "json must be a text, was null");
        requireNonNull(type, "type must be a class, was null");
        Class<T> boxed = Types.boxed(type);
        Object value = read(json, (Type) boxed);
        if (value == null) {
            throw new IllegalArgumentException(
                    "$: expected a %s, found nothing".formatted(type.getSimpleName()));
        }
        return boxed.cast(value);
    }

    /// Reads JSON into a value of this generic type.
    ///
    /// @throws IllegalArgumentException if the text is not JSON, or does not fit the type
    public static @Nullable Object read(String json, Type type) {
        requireNonNull(json, "json must be a text, was null");
        requireNonNull(type, "type must be a type, was null");
        return new JsonBinder().bind(parsed(json), type, "$");
    }

    /// Returns a JSON string.
    static JsonString string(String value) {
        return PROVIDER.createValue(value);
    }

    private static JsonValue parsed(String json) {
        if (!Unicode.isValid(json)) {
            throw new IllegalArgumentException("expected JSON, found half of a surrogate pair");
        }
        if (json.startsWith(BYTE_ORDER_MARK)) {
            throw new IllegalArgumentException(
                    "expected JSON, found a byte order mark in front of it; leave it out");
        }
        try (JsonParser parser = PARSERS.createParser(new StringReader(json))) {
            if (json.isBlank() || !parser.hasNext()) {
                throw new IllegalArgumentException("expected JSON, found nothing");
            }
            parser.next();
            JsonValue value = parser.getValue();
            if (parser.hasNext()) {
                throw new IllegalArgumentException("expected one JSON document, found more");
            }
            return value;
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (JsonException e) {
            throw new IllegalArgumentException("expected JSON, found something else", e);
        } catch (RuntimeException e) { // The parser's bounds have exceptions of many kinds.
            throw new IllegalArgumentException("expected JSON of a reasonable size", e);
        }
    }

    private static String decoded(byte[] json) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("expected JSON in UTF-8", e);
        }
    }
}
