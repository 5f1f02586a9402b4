package dev.durableobjects.json;

import dev.durableobjects.internal.value.RecordType;
import dev.durableobjects.internal.value.Unicode;
import jakarta.json.JsonValue;
import jakarta.json.stream.JsonGenerator;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Writes one value as JSON; [Json] has the table. Not safe for several threads.
final class JsonWriter {

    /// The member that names which record of a sealed interface an object is.
    static final String TYPE_MEMBER = "@type";

    private static final int DEPTH_MAX = 100;

    private static final ClassValue<Form> FORMS =
            new ClassValue<>() {
                @Override
                protected Form computeValue(Class<?> type) {
                    return new Form(
                            type,
                            SealedType.isVariant(type) ? type.getSimpleName() : null,
                            RecordType.of(type).components());
                }
            };

    private final JsonGenerator out;
    private int depth;
    private @Nullable Form newest;

    JsonWriter(JsonGenerator out) {
        this.out = out;
    }

    void write(@Nullable Object value) {
        if (++depth > DEPTH_MAX) {
            throw new IllegalArgumentException(
                    "a value must not be nested deeper than %d levels for JSON; is it cyclic?"
                            .formatted(DEPTH_MAX));
        }
        switch (value) {
            case null -> out.writeNull();
            case String text -> out.write(checked(text));
            case Record record -> writeRecord(record);
            case Iterable<?> values -> writeAll(values);
            case Map<?, ?> map -> writeMap(map);
            case Optional<?> optional -> write(optional.orElse(null));
            case JsonValue json -> out.write(json);
            case Boolean bool -> out.write(bool);
            case Number number -> writeNumber(number);
            case byte[] bytes -> out.write(Base64.getEncoder().encodeToString(bytes));
            case Enum<?> constant -> out.write(constant.name());
            case UUID uuid -> out.write(uuid.toString());
            case Character character -> out.write(character.toString());
            case Object time when JsonScalar.isTime(time) -> out.write(time.toString());
            default -> writeArray(value);
        }
        depth--;
    }

    private static String checked(String text) {
        if (!Unicode.isValid(text)) {
            throw new IllegalArgumentException(
                    "a text with half of a surrogate pair has no JSON form");
        }
        return text;
    }

    private void writeNumber(Number number) {
        switch (number) {
            case Double real -> out.write(finite(real));
            case Float real -> out.write(finite(real.doubleValue()));
            case BigInteger big -> out.write(big);
            case BigDecimal big -> out.write(big);
            case Long whole -> out.write(whole);
            case Integer whole -> out.write(whole);
            case Short whole -> out.write(whole.intValue());
            case Byte whole -> out.write(whole.intValue());
            default -> throw unsupported(number);
        }
    }

    private static double finite(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("JSON has no form for the number " + value);
        }
        return value;
    }

    private void writeRecord(Record record) {
        Form form = form(record.getClass());
        out.writeStartObject();
        if (form.variant != null) {
            out.write(TYPE_MEMBER, form.variant);
        }
        for (RecordType.Component component : form.components) {
            out.writeKey(component.name());
            write(component.get(record));
        }
        out.writeEnd();
    }

    /// Those of a list are mostly of one class.
    private Form form(Class<?> type) {
        Form known = newest;
        if (known == null || known.type != type) {
            known = FORMS.get(type);
            newest = known;
        }
        return known;
    }

    private void writeAll(Iterable<?> values) {
        out.writeStartArray();
        for (Object value : values) {
            write(value);
        }
        out.writeEnd();
    }

    private void writeMap(Map<?, ?> map) {
        out.writeStartObject();
        map.forEach((key, value) -> {
            out.writeKey(checked(memberName(key)));
            write(value);
        });
        out.writeEnd();
    }

    private static String memberName(@Nullable Object key) {
        return switch (key) {
            case String text -> text;
            case Enum<?> constant -> constant.name();
            case Number number -> number.toString();
            case UUID uuid -> uuid.toString();
            case null, default ->
                    throw new IllegalArgumentException(
                            "a key of a JSON object must be a String, an enum, a number or a UUID,"
                                    + " was "
                                    + (key == null ? "null" : key.getClass().getName()));
        };
    }

    private void writeArray(Object array) {
        if (!array.getClass().isArray()) {
            throw unsupported(array);
        }
        out.writeStartArray();
        for (int i = 0; i < Array.getLength(array); i++) {
            write(Array.get(array, i));
        }
        out.writeEnd();
    }

    private static IllegalArgumentException unsupported(Object value) {
        return new IllegalArgumentException(
                "%s has no JSON form; use one of %s"
                        .formatted(
                                value.getClass().getName(),
                                List.of(
                                        "records",
                                        "enums",
                                        "strings",
                                        "numbers",
                                        "booleans",
                                        "java.time",
                                        "UUID",
                                        "byte[]",
                                        "collections",
                                        "maps")));
    }

    /// How records of one class are written.
    ///
    /// @param variant the name that says which of a sealed interface's records it is, null if it is
    ///   of none
    private record Form(
            Class<?> type, @Nullable String variant, List<RecordType.Component> components) {}
}
