package dev.durableobjects.conformance;

import dev.durableobjects.sql.SqlRow;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The values of the cases: JSON, with `{"$blob": "hex"}` for bytes and `{"$repeat": ["a", n]}` for
/// long texts.
final class Values {

    private Values() {}

    /// Returns a value as an application would hold it.
    static Object toJava(JsonValue json) {
        return switch (json) {
            case JsonString text -> text.getString();
            case JsonNumber number when number.isIntegral() -> number.longValueExact();
            case JsonNumber number -> number.doubleValue();
            case JsonArray array -> {
                List<Object> list = new ArrayList<>();
                array.forEach(element -> list.add(toJava(element)));
                yield list;
            }
            case JsonObject object when object.containsKey("$blob") ->
                    HexFormat.of().parseHex(object.getString("$blob"));
            case JsonObject object when object.containsKey("$repeat") -> {
                JsonArray repeat = object.getJsonArray("$repeat");
                yield repeat.getString(0).repeat(repeat.getInt(1));
            }
            case JsonObject object -> {
                Map<String, Object> map = new LinkedHashMap<>();
                object.forEach((key, value) -> map.put(key, toJava(value)));
                yield map;
            }
            default ->
                    switch (json.getValueType()) {
                        case TRUE -> true;
                        case FALSE -> false;
                        default -> null;
                    };
        };
    }

    /// Brings a value to the form in which two that mean the same are equal: numbers are decimal,
    /// bytes are hexadecimal, and rows are maps from the names of their columns.
    static Object comparable(Object value) {
        return switch (value) {
            case null -> "NULL";
            case JsonValue json -> comparable(toJava(json));
            case Double number -> new BigDecimal(number).stripTrailingZeros();
            case BigDecimal number -> number.stripTrailingZeros();
            case Long number -> new BigDecimal(number).stripTrailingZeros();
            case Integer number -> new BigDecimal(number).stripTrailingZeros();
            case byte[] bytes -> "$blob " + HexFormat.of().formatHex(bytes);
            case SqlRow row -> comparable(toMap(row));
            case Map<?, ?> map -> {
                Map<Object, Object> result = new LinkedHashMap<>();
                map.forEach((key, element) -> result.put(key, comparable(element)));
                yield result;
            }
            case List<?> list -> list.stream().map(Values::comparable).toList();
            default -> value;
        };
    }

    /// Returns a row by the names of its columns; of two columns of one name, the last counts.
    static Map<String, Object> toMap(SqlRow row) {
        Map<String, Object> map = new LinkedHashMap<>();
        row.columnNames().forEach(name -> map.put(name, row.get(name)));
        return map;
    }

    /// Returns the values of a row in the order of its columns.
    static List<Object> toList(SqlRow row) {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < row.columnNames().size(); i++) {
            list.add(row.get(i));
        }
        return list;
    }
}
