package dev.durableobjects.conformance;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;

/// One thing that a case does: an operation and its operands.
///
/// @param json the operation under `op`, and its operands
record Step(JsonObject json) {

    /// Reads a step; a text alone is SQL.
    static Step of(JsonValue value) {
        return value instanceof JsonString sql
                ? new Step(Json.createObjectBuilder().add("op", "sql.exec").add("sql", sql).build())
                : new Step(value.asJsonObject());
    }

    String op() {
        return json.getString("op");
    }

    boolean has(String key) {
        return json.containsKey(key);
    }

    boolean is(String key) {
        return json.getBoolean(key, false);
    }

    String text(String key) {
        return (String) Values.toJava(json.get(key));
    }

    String text(String key, String otherwise) {
        return has(key) ? text(key) : otherwise;
    }

    int number(String key, int otherwise) {
        return json.getInt(key, otherwise);
    }

    Object value(String key) {
        return Values.toJava(json.get(key));
    }

    List<?> values(String key) {
        return has(key) ? (List<?>) value(key) : List.of();
    }

    List<Step> steps(String key) {
        return has(key)
                ? json.getJsonArray(key).getValuesAs(JsonValue.class).stream()
                        .map(Step::of)
                        .toList()
                : List.of();
    }

    /// Returns what must come of the step itself, if it says so.
    Optional<JsonObject> expect() {
        return Optional.ofNullable(json.getJsonObject("expect"));
    }

    @Override
    public String toString() {
        String text = json.toString();
        return text.length() > 200 ? text.substring(0, 200) + "..." : text;
    }
}
