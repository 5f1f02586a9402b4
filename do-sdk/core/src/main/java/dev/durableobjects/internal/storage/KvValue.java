package dev.durableobjects.internal.storage;

import dev.durableobjects.json.Json;
import org.jspecify.annotations.Nullable;

/// The stored form of a value: bytes as a BLOB, everything else as JSON in a TEXT. Stateless.
final class KvValue {

    private KvValue() {}

    /// Returns what is stored for a value.
    ///
    /// @throws IllegalArgumentException if it has no JSON form
    static Object stored(@Nullable Object value) {
        return switch (value) {
            case null -> throw new IllegalArgumentException("put() called with undefined value.");
            case byte[] bytes -> bytes;
            default -> checked(Json.text(value));
        };
    }

    private static String checked(String json) {
        if (json.equals("null")) {
            throw new IllegalArgumentException("put() called with undefined value.");
        }
        return json;
    }

    /// Returns what was stored as a value of this type.
    ///
    /// @throws IllegalStateException if it does not fit
    static <V> V read(String key, Object stored, Class<V> type) {
        if (stored instanceof byte[] && (type == byte[].class || type == Object.class)) {
            return type.cast(stored);
        }
        try {
            if (stored instanceof String json) {
                return Json.read(json, type);
            }
        } catch (IllegalArgumentException e) {
            throw misfit(key, type, String.valueOf(e.getMessage()), e);
        }
        throw misfit(key, type, "it holds bytes", null);
    }

    private static IllegalStateException misfit(
            String key, Class<?> type, String why, @Nullable Throwable cause) {
        return new IllegalStateException(
                "the value of key '%s' is not a %s: %s".formatted(key, type.getSimpleName(), why),
                cause);
    }
}
