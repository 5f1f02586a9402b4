package dev.durableobjects.conformance;

import dev.durableobjects.DurableObjectState;
import dev.durableobjects.kv.KvListing;
import dev.durableobjects.kv.KvStorage;
import dev.durableobjects.kv.ListOptions;
import dev.durableobjects.kv.WriteOptions;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Keys and values. Cloudflare has an interface of promises and one without; we have one.
final class KvOps {

    /// What the cases write for a key that is too long to be written out.
    private static final String LONG_KEY = "<4 MiB + 1 byte key>";

    private KvOps() {}

    static void addTo(Map<String, Op> ops) {
        for (String name : List.of("kv", "kvSync")) {
            ops.put(name + ".put", (Op.Inside) KvOps::put);
            ops.put(
                    name + ".get",
                    (Op.Inside)
                            (world, ctx, step) ->
                                    ctx.storage()
                                            .kv()
                                            .get(step.text("key"), Object.class)
                                            .orElse(null));
            ops.put(
                    name + ".delete",
                    (Op.Inside)
                            (world, ctx, step) ->
                                    ctx.storage().kv().delete(step.text("key"), options(step)));
            ops.put(name + ".list", (Op.Inside) KvOps::list);
        }
        ops.put("kv.putMany", (Op.Inside) KvOps::putMany);
        ops.put(
                "kv.getMany",
                (Op.Inside)
                        (world, ctx, step) ->
                                entries(ctx.storage().kv().get(keys(step), Object.class)));
        ops.put(
                "kv.deleteMany",
                (Op.Inside)
                        (world, ctx, step) -> ctx.storage().kv().delete(keys(step), options(step)));
        ops.put("drain", (Op.Inside) (world, ctx, step) -> drain((KvListing<?>) world.kept(step)));
        ops.put("kv.deleteAll", (Op.Inside) KvOps::deleteAll);
        ops.put("storage.deleteAll", (Op.Inside) KvOps::deleteAll);
    }

    private static Object put(CaseWorld world, DurableObjectState ctx, Step step) {
        ctx.storage().kv().put(step.text("key"), step.value("value"), options(step));
        return null;
    }

    private static Object putMany(CaseWorld world, DurableObjectState ctx, Step step) {
        Map<String, Object> entries = new LinkedHashMap<>();
        ((Map<?, ?>) step.value("entries"))
                .forEach((key, value) -> entries.put(longKey((String) key), value));
        ctx.storage().kv().put(entries, options(step));
        return null;
    }

    private static Object list(CaseWorld world, DurableObjectState ctx, Step step) {
        ListOptions options = ListOptions.all();
        if (step.has("start")) {
            options = options.start(step.text("start"));
        }
        if (step.has("end")) {
            options = options.end(step.text("end"));
        }
        if (step.has("prefix")) {
            options = options.prefix(step.text("prefix"));
        }
        if (step.has("limit")) {
            options = options.limit(step.number("limit", 0));
        }
        if (step.is("reverse")) {
            options = options.reverse();
        }
        KvStorage kv = ctx.storage().kv();
        KvListing<Object> listing = kv.list(Object.class, options);
        return step.has("as") ? world.keep(step, listing) : drain(listing);
    }

    private static Object deleteAll(CaseWorld world, DurableObjectState ctx, Step step) {
        ctx.storage().deleteAll();
        return null;
    }

    private static Object drain(KvListing<?> listing) {
        return entries(listing.toMap());
    }

    private static List<List<Object>> entries(Map<String, ?> map) {
        return map.entrySet().stream()
                .map(entry -> List.of(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Collection<String> keys(Step step) {
        return step.values("keys").stream().map(String.class::cast).toList();
    }

    private static String longKey(String key) {
        return key.equals(LONG_KEY) ? "a".repeat((4 << 20) + 1) : key;
    }

    private static WriteOptions options(Step step) {
        return new WriteOptions(step.is("allowUnconfirmed"));
    }
}
