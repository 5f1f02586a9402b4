package dev.durableobjects.conformance;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.List;

/// One behaviour of Cloudflare's Durable Objects: what is done, and what comes of it.
///
/// @param id its name
/// @param area what it is about
/// @param isMachine whether a machine can read all its steps
/// @param tags parts of Cloudflare's product that it needs
/// @param setup what is done before
/// @param steps what is done
/// @param expect what comes of the last step, and of all of them
record Case(
        String id,
        String area,
        boolean isMachine,
        List<String> tags,
        List<Step> setup,
        List<Step> steps,
        JsonObject expect) {

    static Case of(JsonObject json) {
        boolean isMachine = json.getString("form").equals("machine");
        return new Case(
                json.getString("id"),
                json.getString("area"),
                isMachine,
                json.containsKey("tags")
                        ? json.getJsonArray("tags").getValuesAs(JsonString::getString)
                        : List.of(),
                isMachine ? steps(json, "setup") : List.of(),
                isMachine ? steps(json, "steps") : List.of(),
                json.getJsonObject("expect"));
    }

    /// Returns whether a step uses an operation whose name begins like this.
    boolean uses(String operation) {
        return uses(setup, operation) || uses(steps, operation);
    }

    private static boolean uses(List<Step> steps, String operation) {
        return steps.stream()
                .anyMatch(step ->
                        Glob.matches(operation, step.op()) || uses(step.steps("body"), operation));
    }

    private static List<Step> steps(JsonObject json, String key) {
        return json.getJsonArray(key).getValuesAs(JsonValue.class).stream().map(Step::of).toList();
    }

    @Override
    public String toString() {
        return id;
    }
}
