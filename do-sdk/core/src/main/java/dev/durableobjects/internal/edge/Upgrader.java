package dev.durableobjects.internal.edge;

import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.internal.socket.Transport;
import dev.durableobjects.websocket.WebSocket;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsUpgrader;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The opening handshake of RFC 6455 section 4.2, where the Worker decides: it answers with an
/// accepted socket, or with any other response, which then is the refusal.
///
/// A server without a Worker keeps Helidon's own WebSocket routing. Stateless.
final class Upgrader extends WsUpgrader {

    private static final int KEY_BYTES = 16;

    private final String spelling;

    /// @param spelling the token of the Upgrade header that leads here
    Upgrader(WsConfig config, String spelling) {
        super(config);
        this.spelling = spelling;
    }

    @Override
    public String supportedProtocol() {
        return spelling;
    }

    @Override
    public @Nullable ServerConnection upgrade(
            ConnectionContext connection, HttpPrologue prologue, WritableHeaders<?> headers) {
        WorkerRouting routing = connection.router().routing(WorkerRouting.class, null);
        if (routing == null) {
            return super.upgrade(connection, prologue, headers);
        }
        return routing.serve(
                prologue,
                () -> {
                    check(connection, routing, prologue, headers);
                    return routing.fetch(translated(prologue, headers));
                },
                answer -> send(answer, connection, headers));
    }

    private ServerConnection send(
            Response answer, ConnectionContext connection, WritableHeaders<?> headers) {
        HelidonTransport transport = new HelidonTransport(connection);
        HeldSocket socket =
                (HeldSocket) answer.webSocket().flatMap(WebSocket::connection).orElse(null);
        if (socket == null || !socket.claim()) {
            new Refusal(transport).send(notAccepted(answer));
            return RefusedConnection.INSTANCE;
        }
        String accept = SWITCHING_PROTOCOL_PREFIX + hash(connection, headers.get(WS_KEY).get());
        byte[] head = Refusal.head(accept, answer.headers());
        try {
            transport.write(head, head.length);
        } catch (Transport.Gone e) {
            socket.abandon();
            return RefusedConnection.INSTANCE;
        }
        return new SocketConnection(socket, transport);
    }

    /// @throws BadRequestException if the request is no opening handshake, or comes from a page
    ///   that may not open a WebSocket here
    private static void check(
            ConnectionContext connection,
            WorkerRouting routing,
            HttpPrologue prologue,
            WritableHeaders<?> headers) {
        if (!prologue.method().text().equals("GET") || !asksForUpgrade(headers)) {
            throw new BadRequestException(400, "A WebSocket begins with GET and Upgrade.");
        }
        if (!first(headers, WS_VERSION).equals(SUPPORTED_VERSION)) {
            throw new BadRequestException(
                    426, "Expected Sec-WebSocket-Version: " + SUPPORTED_VERSION);
        }
        if (!isKey(first(headers, WS_KEY))) {
            throw new BadRequestException(
                    400, "Expected Sec-WebSocket-Key with 16 bytes in base64.");
        }
        if (!routing.origins().admitsUpgrade(PageOrigin.of(headers, connection.isSecure()))) {
            throw new BadRequestException(
                    403, "A page of another origin may not open a WebSocket.");
        }
    }

    private static boolean asksForUpgrade(WritableHeaders<?> headers) {
        return Arrays.stream(first(headers, HeaderNames.CONNECTION).split(","))
                .anyMatch(token -> token.strip().toLowerCase(Locale.ROOT).equals("upgrade"));
    }

    private static String first(WritableHeaders<?> headers, HeaderName name) {
        return headers.contains(name) ? headers.get(name).get() : "";
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Request translated(HttpPrologue prologue, WritableHeaders<?> headers) {
        try {
            return Request.of(
                            prologue.method().text(),
                            RequestTarget.path(prologue.uriPath().rawPath()),
                            prologue.query().rawValue())
                    .withHeaders(RequestHeaders.of(headers));
        } catch (IllegalArgumentException e) {
            throw new BadRequestException(400, "The path or a header is malformed.");
        }
    }

    /// A response with a socket that no object has accepted, or that another client has got, is a
    /// mistake of the application.
    private static Response notAccepted(Response answer) {
        if (answer.webSocket().isEmpty()) {
            return answer;
        }
        return answer.webSocket().flatMap(WebSocket::connection).isEmpty()
                ? Response.text(500, "The object returned a WebSocket that it did not accept.")
                : Response.text(500, "The object returned a WebSocket that is not a new one.");
    }
}
