package dev.durableobjects.internal.edge;

import dev.durableobjects.http.Headers;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.internal.socket.Transport;
import dev.durableobjects.websocket.WebSocket;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsUpgrader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The opening handshake of RFC 6455 section 4.2, where the Worker decides: it answers with an
/// accepted socket, or with any other response, which then is the refusal.
///
/// A server without a Worker keeps Helidon's own WebSocket routing. Stateless.
final class Upgrader extends WsUpgrader {

    private static final HeaderName CONNECTION = HeaderNames.CONNECTION;
    private static final int KEY_BYTES = 16;

    Upgrader(WsConfig config) {
        super(config);
    }

    @Override
    public @Nullable ServerConnection upgrade(
            ConnectionContext connection, HttpPrologue prologue, WritableHeaders<?> headers) {
        Optional<WorkerRouting> routing =
                Optional.ofNullable(connection.router().routing(WorkerRouting.class, null));
        if (routing.isEmpty()) {
            return super.upgrade(connection, prologue, headers);
        }
        Optional<Response> refusal = refusal(connection, routing.get(), prologue, headers);
        Response answer =
                refusal.orElseGet(() -> routing.get().fetch(translated(prologue, headers)));
        HelidonTransport transport = new HelidonTransport(connection);
        Optional<HeldSocket> socket =
                answer.webSocket().flatMap(WebSocket::connection).map(HeldSocket.class::cast);
        if (socket.isEmpty()) {
            refuse(transport, notAccepted(answer));
            return RefusedConnection.INSTANCE;
        }
        String accept = SWITCHING_PROTOCOL_PREFIX + hash(connection, headers.get(WS_KEY).get());
        try {
            write(transport, accept, answer.headers(), new byte[0]);
        } catch (Transport.Gone e) {
            socket.get().abandon();
            return RefusedConnection.INSTANCE;
        }
        return new SocketConnection(socket.get(), transport);
    }

    private static Optional<Response> refusal(
            ConnectionContext connection,
            WorkerRouting routing,
            HttpPrologue prologue,
            WritableHeaders<?> headers) {
        if (!prologue.method().text().equals("GET") || !asksForUpgrade(headers)) {
            return Optional.of(Response.text(400, "A WebSocket begins with GET and Upgrade."));
        }
        if (!first(headers, WS_VERSION).filter(SUPPORTED_VERSION::equals).isPresent()) {
            return Optional.of(
                    Response.text(426, "Expected Sec-WebSocket-Version: " + SUPPORTED_VERSION)
                            .withHeader("sec-websocket-version", SUPPORTED_VERSION));
        }
        if (!first(headers, WS_KEY).filter(Upgrader::isKey).isPresent()) {
            return Optional.of(
                    Response.text(400, "Expected Sec-WebSocket-Key with 16 bytes in base64."));
        }
        boolean admitted =
                routing.origins()
                        .admitsUpgrade(
                                first(headers, HeaderNames.ORIGIN),
                                first(headers, HeaderNames.HOST),
                                connection.isSecure());
        return admitted
                ? Optional.empty()
                : Optional.of(
                        Response.text(403, "A page of another origin may not open a WebSocket."));
    }

    private static boolean asksForUpgrade(WritableHeaders<?> headers) {
        return first(headers, CONNECTION).stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .anyMatch(token -> token.strip().toLowerCase(Locale.ROOT).equals("upgrade"));
    }

    private static Optional<String> first(WritableHeaders<?> headers, HeaderName name) {
        return headers.contains(name) ? Optional.of(headers.get(name).get()) : Optional.empty();
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Request translated(HttpPrologue prologue, WritableHeaders<?> headers) {
        Headers.Builder copied = Headers.builder();
        headers.forEach(
                header -> header.allValues().forEach(value -> copied.add(header.name(), value)));
        return Request.of(
                        prologue.method().text(),
                        prologue.uriPath().rawPath(),
                        prologue.query().rawValue())
                .withHeaders(copied.build());
    }

    /// A response with a socket that no object has accepted is a mistake of the application.
    private static Response notAccepted(Response answer) {
        return answer.webSocket().isEmpty()
                ? answer
                : Response.text(500, "The object returned a WebSocket that it did not accept.");
    }

    private static void refuse(HelidonTransport transport, Response answer) {
        Status status = Status.create(answer.status());
        Headers headers =
                answer.headers()
                        .with("connection", "close")
                        .with("content-length", String.valueOf(answer.body().length));
        write(
                transport,
                "HTTP/1.1 %d %s".formatted(status.code(), status.reasonPhrase()),
                headers,
                answer.body());
    }

    private static void write(
            HelidonTransport transport, String firstLine, Headers headers, byte[] body) {
        StringBuilder head = new StringBuilder(firstLine).append("\r\n");
        headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        byte[] encoded = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(encoded, encoded.length + body.length);
        System.arraycopy(body, 0, all, encoded.length, body.length);
        transport.write(all, all.length);
    }
}
