package dev.durableobjects.http;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.internal.value.Unicode;
import dev.durableobjects.json.Json;
import dev.durableobjects.websocket.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An HTTP response with its whole body, or an upgrade to a WebSocket. Immutable, as long as nobody
/// changes the body's array.
public final class Response {

    private static final byte[] NO_BODY = {};
    private static final String TYPE = "content-type";

    /// Headers that say where a response ends. Set twice, they would desynchronise the connection.
    /// RFC 9112, section 6, and RFC 9110, section 7.6.1.
    private static final Set<String> OF_THE_SERVER =
            Set.of(
                    "content-length",
                    "transfer-encoding",
                    "trailer",
                    "keep-alive",
                    "proxy-connection");

    private final int status;
    private final Headers headers;
    private final byte[] body;
    private final @Nullable ChunkSource chunks;
    private final @Nullable WebSocket webSocket;

    private Response(
            int status,
            Headers headers,
            byte[] body,
            @Nullable ChunkSource chunks,
            @Nullable WebSocket webSocket) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.chunks = chunks;
        this.webSocket = webSocket;
    }

    /// Returns a response without headers and body.
    ///
    /// @throws IllegalArgumentException if the status is not 200 to 599
    public static Response of(int status) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException(
                    "a response's status must be 200-599, was " + status);
        }
        return new Response(status, Headers.empty(), NO_BODY, null, null);
    }

    /// Returns a plain text in UTF-8. Half of a surrogate pair becomes U+FFFD, as in browsers.
    public static Response text(int status, String text) {
        requireNonNull(text, "text must be a String, was null");
        return of(status)
                .withHeader(TYPE, "text/plain; charset=utf-8")
                .withBody(Unicode.scalars(text).getBytes(StandardCharsets.UTF_8));
    }

    /// Returns a value as JSON with status 200.
    ///
    /// @throws IllegalArgumentException if the value has no JSON form; see [Request#json]
    public static Response json(@Nullable Object value) {
        return json(200, value);
    }

    /// Returns a value as JSON.
    ///
    /// @throws IllegalArgumentException if the value has no JSON form; see [Request#json]
    public static Response json(int status, @Nullable Object value) {
        return of(status).withHeader(TYPE, "application/json").withBody(Json.bytes(value));
    }

    /// Returns the upgrade to a WebSocket, status 101: the given end, whose other half the object
    /// has accepted, becomes the connection of the client.
    ///
    /// @throws IllegalArgumentException if it is the half that the object has accepted
    public static Response webSocket(WebSocket client) {
        requireNonNull(client, "client must be an end of a WebSocketPair, was null");
        if (client.isAccepted()) {
            throw new IllegalArgumentException(
                    "Can't return WebSocket in a Response after calling accept(): return the other"
                            + " end of its pair.");
        }
        return new Response(101, Headers.empty(), NO_BODY, null, client);
    }

    /// Returns this response with one more header. The length of the body and how it is framed are
    /// the server's; `connection` may only be `close`, which ends the connection afterwards.
    ///
    /// @throws IllegalArgumentException if the header is the server's, or if the name or the value
    ///   holds a character that RFC 9110 section 5 does not allow there
    public Response withHeader(String name, String value) {
        requireNonNull(name, "name must be a text, was null");
        requireNonNull(value, "value must be a text, was null");
        String known = name.toLowerCase(Locale.ROOT);
        if (OF_THE_SERVER.contains(known)) {
            throw new IllegalArgumentException(
                    "header %s is set by the server; leave it out".formatted(known));
        }
        if (known.equals("connection") && !value.equalsIgnoreCase("close")) {
            throw new IllegalArgumentException(
                    "header connection must be 'close' or left out, was '%s'".formatted(value));
        }
        return new Response(status, headers.with(name, value), body, chunks, webSocket);
    }

    /// Returns this response with this body; the array must not be changed afterwards.
    ///
    /// @throws IllegalArgumentException if responses of this status have no body: 101, 204 and 304
    public Response withBody(byte[] body) {
        requireNonNull(body, "body must be an array, was null");
        if (body.length > 0 && (status == 101 || status == 204 || status == 304)) {
            throw new IllegalArgumentException(
                    "a response with status %d has no body, got one of %d bytes"
                            .formatted(status, body.length));
        }
        return new Response(status, headers, body, null, webSocket);
    }

    /// Returns this response with a body that is sent as it is made.
    ///
    /// @throws IllegalArgumentException if responses of this status have no body: 101, 204 and 304
    public Response withChunks(ChunkSource source) {
        requireNonNull(source, "source must be a source of chunks, was null");
        if (status == 101 || status == 204 || status == 304) {
            throw new IllegalArgumentException(
                    "a response with status %d has no body".formatted(status));
        }
        return new Response(status, headers, NO_BODY, source, webSocket);
    }

    /// Returns the status code.
    public int status() {
        return status;
    }

    /// Returns the headers.
    public Headers headers() {
        return headers;
    }

    /// Returns the body; the array must not be changed. Empty if the body is streamed.
    public byte[] body() {
        return body;
    }

    /// Returns the body as text, read as UTF-8.
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /// Returns where the body comes from, if it is streamed. Who takes it must close it.
    public Optional<ChunkSource> chunks() {
        return Optional.ofNullable(chunks);
    }

    /// Returns the end of the WebSocket that becomes the connection, if this is an upgrade.
    public Optional<WebSocket> webSocket() {
        return Optional.ofNullable(webSocket);
    }

    @Override
    public String toString() {
        return "%d (%d bytes)".formatted(status, body.length);
    }
}
