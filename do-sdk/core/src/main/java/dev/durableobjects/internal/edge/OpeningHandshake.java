package dev.durableobjects.internal.edge;

import dev.durableobjects.http.Headers;
import dev.durableobjects.http.Response;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpPrologue;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/// What both sides must say to open a WebSocket: RFC 6455 sections 4.2.1 and 4.2.2. Stateless.
final class OpeningHandshake {

    private static final String VERSION = "13";
    private static final int KEY_BYTES = 16;
    private static final int KEY_CHARACTERS = 24;

    private static final HeaderName KEYS = HeaderNames.create("Sec-WebSocket-Key");
    private static final HeaderName VERSIONS = HeaderNames.create("Sec-WebSocket-Version");
    private static final HeaderName PROTOCOLS = HeaderNames.create("Sec-WebSocket-Protocol");

    /// The fields of a 101 that are the server's business.
    private static final Set<String> OURS = Set.of("connection", "upgrade", "sec-websocket-accept");

    private OpeningHandshake() {}

    /// Checks what the client says.
    ///
    /// @throws BadRequestException if it is no opening handshake
    static void check(HttpPrologue prologue, io.helidon.http.Headers headers) {
        if (!prologue.method().text().equals("GET") || !asksForUpgrade(headers)) {
            throw new BadRequestException(400, "A WebSocket begins with GET and Upgrade.");
        }
        if (!values(headers, VERSIONS).equals(List.of(VERSION))) {
            throw BadRequestException.upgradeRequired("Expected Sec-WebSocket-Version: " + VERSION);
        }
        List<String> keys = values(headers, KEYS);
        if (keys.size() != 1 || !isKey(keys.getFirst())) {
            throw new BadRequestException(
                    400, "Expected Sec-WebSocket-Key with 16 bytes in base64.");
        }
    }

    /// Returns what is wrong with an application's answer to a handshake, empty if nothing is.
    static String mistake(Headers answer, io.helidon.http.Headers request) {
        if (!answer.all("sec-websocket-extensions").isEmpty()) {
            return "The object agreed to an extension, and there are none.";
        }
        List<String> chosen = answer.all("sec-websocket-protocol");
        List<String> offered = tokens(request, PROTOCOLS).toList();
        return chosen.size() > 1 || !offered.containsAll(chosen)
                ? "The object chose a sub-protocol that the client did not offer."
                : "";
    }

    /// Returns the fields that an application may add to a 101.
    static Headers added(Headers answer) {
        Headers.Builder added = Headers.builder();
        answer.forEach((name, value) -> {
            if (!OURS.contains(name)) {
                added.add(name, value);
            }
        });
        return added.build();
    }

    /// Returns the answer to a client that should have asked for a WebSocket, of our version.
    static Response upgradeRequired(String text) {
        return Response.text(426, text)
                .withHeader("upgrade", "websocket")
                .withHeader("sec-websocket-version", VERSION);
    }

    private static boolean asksForUpgrade(io.helidon.http.Headers headers) {
        return tokens(headers, HeaderNames.CONNECTION)
                .anyMatch(token -> token.toLowerCase(Locale.ROOT).equals("upgrade"));
    }

    private static boolean isKey(String key) {
        try {
            return key.length() == KEY_CHARACTERS
                    && Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Stream<String> tokens(io.helidon.http.Headers headers, HeaderName name) {
        return values(headers, name).stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(String::strip);
    }

    private static List<String> values(io.helidon.http.Headers headers, HeaderName name) {
        return headers.contains(name) ? headers.get(name).allValues() : List.of();
    }
}
