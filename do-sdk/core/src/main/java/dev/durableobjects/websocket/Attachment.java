package dev.durableobjects.websocket;

import dev.durableobjects.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What a connection carries for its object, as a copy that nobody else can change: bytes as they
/// are, everything else as JSON. Immutable.
final class Attachment {

    private static final int BYTES_MAX = 16_384;
    private static final byte[] NOTHING = "null".getBytes(StandardCharsets.UTF_8);

    private final byte[] content;
    private final boolean isJson;

    private Attachment(byte[] content, boolean isJson) {
        this.content = content;
        this.isJson = isJson;
    }

    /// Returns a copy of a value, or null if it stands for nothing, as `Optional.empty()` does.
    ///
    /// @throws IllegalArgumentException if it has no JSON form, or is too big
    static @Nullable Attachment of(Object value) {
        boolean isJson = !(value instanceof byte[]);
        byte[] content = value instanceof byte[] bytes ? bytes.clone() : Json.bytes(value);
        if (content.length > BYTES_MAX) {
            throw new IllegalArgumentException(
                    ("A WebSocket 'attachment' cannot be larger than %d bytes.'attachment' was %d"
                                    + " bytes.")
                            .formatted(BYTES_MAX, content.length));
        }
        return isJson && Arrays.equals(content, NOTHING) ? null : new Attachment(content, isJson);
    }

    /// Returns a fresh copy of the value.
    ///
    /// @throws IllegalStateException if it is of another type
    <A> A as(Class<A> type) {
        if (!isJson && (type == byte[].class || type == Object.class)) {
            return type.cast(content.clone());
        }
        try {
            if (isJson) {
                return Json.read(content, type);
            }
        } catch (IllegalArgumentException e) {
            throw misfit(type, String.valueOf(e.getMessage()), e);
        }
        throw misfit(type, "it holds bytes", null);
    }

    private static IllegalStateException misfit(
            Class<?> type, String why, @Nullable Throwable cause) {
        return new IllegalStateException(
                "the attachment of the WebSocket is not a %s: %s"
                        .formatted(type.getSimpleName(), why),
                cause);
    }
}
