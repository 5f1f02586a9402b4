package dev.durableobjects.internal.edge;

import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.internal.socket.SocketCounters.Count;
import dev.durableobjects.internal.socket.Transport;
import dev.durableobjects.websocket.WebSocket;
import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsUpgrader;
import java.net.SocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The opening handshake of RFC 6455 section 4.2, where the Worker decides: it answers with an
/// accepted socket, or with any other response, which then is the refusal.
///
/// A server without a Worker keeps Helidon's own WebSocket routing. Stateless.
final class Upgrader extends WsUpgrader {

    private static final String PROTOCOL = "sec-websocket-protocol";
    private static final String GIVEN_UP =
            "The object returned a WebSocket that has ended meanwhile: its client came later than"
                    + " socketCloseSeconds after it was accepted, or the object was reset.";

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
        Connections connections = routing.connections();
        SocketAddress peer = connection.remotePeer().address();
        HelidonTransport transport = new HelidonTransport(connection);
        Optional<Response> refusal = connections.enter(peer);
        if (refusal.isPresent()) {
            refuse(connections, transport, refusal.get());
            return RefusedConnection.INSTANCE;
        }
        Optional<HeldSocket> socket = Optional.empty();
        try {
            socket =
                    routing.serve(
                            prologue,
                            () -> {
                                check(connection, routing, prologue, headers);
                                return agreed(
                                        routing.fetch(translated(prologue, headers)), headers);
                            },
                            answer -> send(answer, connections, connection, headers));
        } finally {
            if (socket.isEmpty()) {
                connections.leave(peer);
            }
        }
        return socket.<ServerConnection>map(open ->
                        new SocketConnection(open, transport, () -> connections.leave(peer)))
                .orElse(RefusedConnection.INSTANCE);
    }

    /// Answers the handshake.
    ///
    /// @return the open socket, nothing if the handshake was refused
    private Optional<HeldSocket> send(
            Response answer,
            Connections connections,
            ConnectionContext connection,
            WritableHeaders<?> headers) {
        HelidonTransport transport = new HelidonTransport(connection);
        HeldSocket socket = held(answer);
        if (socket == null || !socket.claim(answer.headers().get(PROTOCOL).orElse(null))) {
            refuse(connections, transport, notAccepted(answer));
            return Optional.empty();
        }
        String accept = SWITCHING_PROTOCOL_PREFIX + hash(connection, headers.get(WS_KEY).get());
        byte[] head = Refusal.head(accept, OpeningHandshake.added(answer.headers()));
        connections.count(Count.UPGRADED);
        try {
            transport.write(head, head.length);
        } catch (Transport.Gone e) {
            socket.abandon();
            return Optional.empty();
        }
        return Optional.of(socket);
    }

    /// @throws BadRequestException if the request is no opening handshake, or comes from a page
    ///   that may not open a WebSocket here
    private static void check(
            ConnectionContext connection,
            WorkerRouting routing,
            HttpPrologue prologue,
            WritableHeaders<?> headers) {
        OpeningHandshake.check(prologue, headers);
        if (!routing.origins().admitsUpgrade(PageOrigin.of(headers, connection.isSecure()))) {
            throw new BadRequestException(
                    403, "A page of another origin may not open a WebSocket.");
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

    /// Returns the answer, or an error if a client would have to fail the connection because of it.
    private static Response agreed(Response answer, WritableHeaders<?> headers) {
        HeldSocket socket = held(answer);
        if (socket == null) {
            return answer;
        }
        String mistake =
                answer.webSocket().filter(WebSocket::isAccepted).isPresent()
                        ? "The object returned the end of a WebSocket that it has accepted itself."
                        : OpeningHandshake.mistake(answer.headers(), headers);
        if (mistake.isEmpty()) {
            return answer;
        }
        socket.abandon();
        return Response.text(500, mistake);
    }

    private static @Nullable HeldSocket held(Response answer) {
        return (HeldSocket) answer.webSocket().flatMap(WebSocket::connection).orElse(null);
    }

    /// A response with a socket that no object has accepted, or that another client has got, is a
    /// mistake of the application.
    private static Response notAccepted(Response answer) {
        if (answer.webSocket().isEmpty()) {
            return answer;
        }
        HeldSocket socket = held(answer);
        return Response.text(
                500,
                socket == null
                        ? "The object returned a WebSocket that it did not accept."
                        : socket.isGivenUp()
                                ? GIVEN_UP
                                : "The object returned a WebSocket that is not a new one.");
    }

    private static void refuse(
            Connections connections, HelidonTransport transport, Response answer) {
        connections.count(Count.REFUSED);
        new Refusal(transport).send(answer);
    }
}
