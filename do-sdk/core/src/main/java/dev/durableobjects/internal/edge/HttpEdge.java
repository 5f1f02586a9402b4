package dev.durableobjects.internal.edge;

import dev.durableobjects.http.Headers;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.socket.HeldSocket;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;

/// Serves HTTP requests: static content first, then the Worker. Safe for use by many threads.
public final class HttpEdge implements Handler {

    private final WorkerRouting routing;
    private final StaticContent content;

    /// Makes the handler of all requests of a mount.
    public HttpEdge(WorkerRouting routing, StaticContent content) {
        this.routing = routing;
        this.content = content;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        String method = request.prologue().method().text();
        Response answer =
                content.find(
                                method,
                                request.path().path(),
                                header(request, HeaderNames.IF_NONE_MATCH))
                        .orElseGet(() -> answer(method, request));
        send(answer, response);
    }

    private Response answer(String method, ServerRequest request) {
        boolean admitted =
                routing.origins()
                        .admitsRequest(
                                method,
                                header(request, HeaderNames.ORIGIN),
                                header(request, FetchSite.NAME),
                                header(request, HeaderNames.HOST),
                                request.isSecure());
        if (!admitted) {
            return Response.text(403, "A page of another origin may not send this request.");
        }
        byte[] body = body(request);
        if (body.length > routing.bodyBytesMax()) {
            return Response.text(
                            413,
                            "The body must have at most %d bytes."
                                    .formatted(routing.bodyBytesMax()))
                    .withHeader("connection", "close");
        }
        Response answer = routing.fetch(translated(method, request).withBody(body));
        return answer.webSocket().isPresent() ? upgradeRequired(answer) : answer;
    }

    /// The object accepted a socket, but the client did not ask for one.
    private static Response upgradeRequired(Response answer) {
        answer.webSocket()
                .flatMap(socket -> socket.connection())
                .ifPresent(connection -> ((HeldSocket) connection).abandon());
        return Response.text(426, "Expected an Upgrade to websocket.")
                .withHeader("upgrade", "websocket");
    }

    private static Request translated(String method, ServerRequest request) {
        Headers.Builder headers = Headers.builder();
        request.headers()
                .forEach(header ->
                        header.allValues().forEach(value -> headers.add(header.name(), value)));
        return Request.of(method, request.path().rawPath(), request.query().rawValue())
                .withHeaders(headers.build());
    }

    /// Returns the body, or one byte too many of it.
    private byte[] body(ServerRequest request) {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        try (InputStream in = request.content().inputStream()) {
            return in.readNBytes(routing.bodyBytesMax() + 1);
        } catch (IOException e) {
            throw new UncheckedIOException("reading the body of a request failed", e);
        }
    }

    private static Optional<String> header(ServerRequest request, HeaderName name) {
        return request.headers().first(name);
    }

    private static void send(Response answer, ServerResponse response) {
        response.status(Status.create(answer.status()));
        answer.headers()
                .forEach((name, value) -> response.headers().add(HeaderNames.create(name), value));
        response.send(answer.body());
    }
}
