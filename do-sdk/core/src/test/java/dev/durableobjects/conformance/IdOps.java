package dev.durableobjects.conformance;

import dev.durableobjects.DurableObjectId;
import jakarta.json.JsonObject;
import java.util.HexFormat;
import java.util.Map;

/// Ids and their namespaces.
final class IdOps {

    private IdOps() {}

    static void addTo(Map<String, Op> ops) {
        ops.put(
                "ns.idFromName",
                (Op.Outside)
                        (world, step) ->
                                world.id(world.namespace(step).idFromName(step.text("name"))));
        ops.put(
                "ns.idFromString",
                (Op.Outside)
                        (world, step) ->
                                world.id(
                                        world.namespace(step)
                                                .idFromString(
                                                        step.text("text", world.id().toString()))));
        ops.put("id.toString", (Op.Outside) (world, step) -> world.id().toString());
        ops.put("id.name", (Op.Outside) (world, step) -> world.id().name().orElse(null));
        ops.put(
                "id.equals",
                (Op.Outside) (world, step) -> id(step, "left").equals(id(step, "right")));
    }

    private static DurableObjectId id(Step step, String key) {
        JsonObject json = step.json().getJsonObject(key);
        byte[] bytes = HexFormat.of().parseHex(json.getString("bytes"));
        return json.isNull("name")
                ? DurableObjectId.of(bytes)
                : DurableObjectId.of(bytes, json.getString("name"));
    }
}
