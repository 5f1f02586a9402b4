package dev.durableobjects.runtime;

import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import io.helidon.common.config.Config;
import io.helidon.common.config.ConfigException;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/// Reads the keys of a `durable` node. A key that means nothing is a mistake, and is refused.
/// Stateless.
final class ConfiguredLimits {

    private static final Set<String> KEYS = Set.of("directory", "origins", "limits");

    private ConfiguredLimits() {}

    /// Refuses keys that nobody reads. A variable of the environment may belong to somebody else,
    /// as `DURABLE_PORT` does beside a Kubernetes service of the name `durable`: it is ignored.
    static void checkKeys(Config config) {
        if (!config.exists() || config.isLeaf()) {
            return;
        }
        for (Config child : config.asNodeList().orElseThrow()) {
            String key = child.key().name();
            if (!KEYS.contains(key) && !isOfEnvironment(child.key().toString())) {
                throw new IllegalArgumentException(
                        "unknown configuration key %s; there are %s"
                                .formatted(child.key(), new TreeSet<>(KEYS)));
            }
        }
    }

    /// Returns the limits with those that are configured. The environment knows lower case only, so
    /// a key may be written that way; it then wins, as the environment does over files.
    static Limits over(Limits limits, Config config) {
        checkLimits(config);
        Limits configured = limits;
        for (Limit limit : Limit.values()) {
            Config lower = config.get(lower(limit));
            Config node = lower.exists() ? lower : config.get(limit.key());
            if (node.exists()) {
                configured = configured.with(limit, number(node, limit));
            }
        }
        return configured;
    }

    private static void checkLimits(Config config) {
        if (!config.exists() || config.isLeaf()) {
            return;
        }
        for (Config child : config.asNodeList().orElseThrow()) {
            if (!isLimit(child.key().name())) {
                throw new IllegalArgumentException(
                        "unknown limit %s; see Limit for those there are".formatted(child.key()));
            }
        }
    }

    private static boolean isLimit(String key) {
        for (Limit limit : Limit.values()) {
            if (key.equals(limit.key()) || key.equals(lower(limit))) {
                return true;
            }
        }
        return false;
    }

    private static int number(Config node, Limit limit) {
        try {
            return node.asInt().get();
        } catch (ConfigException e) {
            throw new IllegalArgumentException(
                    "limit %s must be a whole number of at most %d, was '%s'"
                            .formatted(
                                    limit.key(),
                                    Integer.MAX_VALUE,
                                    node.asString().orElse("not a value")),
                    e);
        }
    }

    private static String lower(Limit limit) {
        return limit.key().toLowerCase(Locale.ROOT);
    }

    private static boolean isOfEnvironment(String key) {
        for (String name : System.getenv().keySet()) {
            String dotted = name.replace('_', '.').toLowerCase(Locale.ROOT);
            if (dotted.equals(key) || dotted.startsWith(key + ".")) {
                return true;
            }
        }
        return false;
    }
}
