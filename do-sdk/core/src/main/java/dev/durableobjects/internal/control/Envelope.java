package dev.durableobjects.internal.control;

import dev.durableobjects.json.Json;
import jakarta.json.JsonObject;

/// The line in which a request travels. Immutable.
///
/// @param protocol the version of the request's form and of the answers'
/// @param request one of [Request]
record Envelope(int protocol, JsonObject request) {

    /// Changes with each change of [Request], [Results] or [Answer].
    static final int PROTOCOL = 1;

    static byte[] of(Request<?> request) {
        String json = Json.text(request);
        return Json.bytes(new Envelope(PROTOCOL, Json.read(json, JsonObject.class)));
    }

    /// Opens a line.
    ///
    /// @throws IllegalArgumentException if it is no request of this version
    static Request<?> open(byte[] line) {
        int found = Json.read(line, Version.class).protocol;
        if (found != PROTOCOL) {
            throw new IllegalArgumentException(
                    ("this node speaks version %d of the control protocol, and the command version"
                                    + " %d: run the command from the class path of the node")
                            .formatted(PROTOCOL, found));
        }
        return Json.read(Json.read(line, Envelope.class).request.toString(), Request.class);
    }

    /// As much of the line as every version has.
    private record Version(int protocol) {}
}
