package dev.durableobjects.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durableobjects.internal.value.RecordType;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.lang.reflect.Array;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Turns parsed JSON into a value of a wanted type; [Json] has the table. Errors say where in the
/// document, what was expected and what was found. Stateless.
final class JsonBinder {

    @Nullable Object bind(JsonValue json, Type type, String where) {
        Class<?> raw = Types.boxed(Types.raw(type));
        if (raw == Optional.class) {
            return isNull(json)
                    ? Optional.empty()
                    : Optional.ofNullable(bind(json, Types.argument(type, 0), where));
        }
        if (JsonValue.class.isAssignableFrom(raw)) {
            return expect(raw.isInstance(json), json, where, raw.getSimpleName(), json);
        }
        if (isNull(json)) {
            return null;
        }
        if (raw == Object.class) {
            return untyped(json, where);
        }
        if (raw.isRecord()) {
            return record(object(json, where), RecordType.of(raw), where);
        }
        if (raw.isSealed() && raw.isInterface()) {
            return variant(object(json, where), new SealedType(raw), where);
        }
        if (raw.isArray() && raw != byte[].class) {
            return array(json, raw.getComponentType(), where);
        }
        if (raw == List.class || raw == Iterable.class || raw == java.util.Collection.class) {
            return Collections.unmodifiableList(elements(json, Types.argument(type, 0), where));
        }
        if (raw == Set.class) {
            return Collections.unmodifiableSet(
                    new LinkedHashSet<>(elements(json, Types.argument(type, 0), where)));
        }
        if (raw == Map.class) {
            return map(object(json, where), type, where);
        }
        return JsonScalar.bind(json, raw, where);
    }

    private static boolean isNull(JsonValue json) {
        return json.getValueType() == JsonValue.ValueType.NULL;
    }

    private @Nullable Object untyped(JsonValue json, String where) {
        return switch (json) {
            case JsonObject object -> map(object, Map.class, where);
            case JsonArray array ->
                    Collections.unmodifiableList(elements(array, Object.class, where));
            case JsonString string -> string.getString();
            case JsonNumber number -> JsonScalar.bind(number, Number.class, where);
            default -> json.getValueType() == JsonValue.ValueType.TRUE;
        };
    }

    private Object record(JsonObject json, RecordType type, String where) {
        List<RecordType.Component> components = type.components();
        @Nullable Object[] values = new Object[components.size()];
        for (int i = 0; i < values.length; i++) {
            RecordType.Component component = components.get(i);
            String member = where + "." + component.name();
            JsonValue value = json.getOrDefault(component.name(), JsonValue.NULL);
            values[i] = bind(value, component.genericType(), member);
            if (values[i] == null && component.type().isPrimitive()) {
                throw mismatch(member, component.type().getName(), value);
            }
        }
        return type.create(values);
    }

    private Object variant(JsonObject json, SealedType type, String where) {
        JsonValue name = json.getOrDefault(JsonWriter.TYPE_MEMBER, JsonValue.NULL);
        Class<?> variant =
                name instanceof JsonString string ? type.variant(string.getString()) : null;
        if (variant == null) {
            throw mismatch(where + "." + JsonWriter.TYPE_MEMBER, "one of " + type, name);
        }
        return record(json, RecordType.of(variant), where);
    }

    private Object array(JsonValue json, Class<?> component, String where) {
        List<@Nullable Object> elements = elements(json, component, where);
        Object array = Array.newInstance(component, elements.size());
        for (int i = 0; i < elements.size(); i++) {
            Object element = elements.get(i);
            if (element == null && component.isPrimitive()) {
                throw mismatch("%s[%d]".formatted(where, i), component.getName(), JsonValue.NULL);
            }
            Array.set(array, i, element);
        }
        return array;
    }

    private List<@Nullable Object> elements(JsonValue json, Type element, String where) {
        JsonArray array =
                expect(json instanceof JsonArray, json, where, "an array", json).asJsonArray();
        List<@Nullable Object> elements = new ArrayList<>(array.size());
        for (int i = 0; i < array.size(); i++) {
            elements.add(bind(array.get(i), element, "%s[%d]".formatted(where, i)));
        }
        return elements;
    }

    private Map<Object, @Nullable Object> map(JsonObject json, Type type, String where) {
        Class<?> key = Types.raw(Types.argument(type, 0));
        Map<Object, @Nullable Object> map = new LinkedHashMap<>();
        json.forEach((name, value) ->
                map.put(
                        JsonScalar.key(name, key, where),
                        bind(value, Types.argument(type, 1), where + "." + name)));
        return Collections.unmodifiableMap(map);
    }

    private static JsonObject object(JsonValue json, String where) {
        return expect(json instanceof JsonObject, json, where, "an object", json).asJsonObject();
    }

    static <T> T expect(boolean fits, JsonValue json, String where, String wanted, T result) {
        if (!fits) {
            throw mismatch(where, wanted, json);
        }
        return result;
    }

    static IllegalArgumentException mismatch(String where, String wanted, JsonValue found) {
        return new IllegalArgumentException(
                "%s: expected %s, found %s".formatted(where, wanted, described(found)));
    }

    private static String described(JsonValue json) {
        // Half of a surrogate pair becomes a question mark: the error goes out as JSON, perhaps.
        String text = new String(json.toString().getBytes(UTF_8), UTF_8);
        return switch (json.getValueType()) {
            case NULL -> "nothing";
            case OBJECT, ARRAY -> "an " + json.getValueType().name().toLowerCase(Locale.ROOT);
            default -> text.length() <= 40 ? text : text.substring(0, 40) + "...";
        };
    }
}
