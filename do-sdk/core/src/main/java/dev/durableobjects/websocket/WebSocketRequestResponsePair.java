package dev.durableobjects.websocket;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.internal.value.Unicode;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// A text message and the answer that the runtime gives to it without waking the object, for
/// clients that ask whether the connection lives. Half of a surrogate pair becomes U+FFFD, as in
/// what clients send. Immutable.
///
/// @param request the whole message, at most 2048 bytes in UTF-8
/// @param response the answer, at most 2048 bytes in UTF-8
public record WebSocketRequestResponsePair(String request, String response) {

    private static final int BYTES_MAX = 2_048;

    /// Makes a pair.
    ///
    /// @throws IllegalArgumentException if a text is too long
    public WebSocketRequestResponsePair {
        request = Unicode.scalars(requireNonNull(request, "request must be a text, was null"));
        response = Unicode.scalars(requireNonNull(response, "response must be a text, was null"));
        check("Request", request);
        check("Response", response);
    }

    private static void check(String what, String text) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        if (length > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "%s cannot be larger than %d bytes. A %s of size %d was provided."
                            .formatted(what, BYTES_MAX, what.toLowerCase(Locale.ROOT), length));
        }
    }
}
