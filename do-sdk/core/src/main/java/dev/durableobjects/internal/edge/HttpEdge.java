package dev.durableobjects.internal.edge;

import dev.durableobjects.http.ChunkSource;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.socket.HeldSocket;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Serves HTTP requests: static content first, then the Worker. Safe for use by many threads.
public final class HttpEdge implements Handler {

    private static final System.Logger LOGGER = System.getLogger(HttpEdge.class.getName());
    private static final byte[] NO_BODY = {};

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
        boolean ends =
                routing.serve(
                        request.prologue(),
                        () -> answer(method, request),
                        answer -> send(method, request, answer, response));
        if (ends) {
            // Helidon would keep the connection.
            throw new CloseConnectionException("a request or its answer ends the connection");
        }
    }

    /// Returns whether the connection ends with this answer.
    private static boolean send(
            String method, ServerRequest request, Response answer, ServerResponse response) {
        boolean said = asksToClose(answer);
        boolean ends = said || asksToClose(request.headers());
        send(method, ends && !said ? answer.withHeader("connection", "close") : answer, response);
        return ends;
    }

    private Response answer(String method, ServerRequest request) throws Exception {
        RequestBody.checkLength(request.headers());
        String tag = request.headers().first(HeaderNames.IF_NONE_MATCH).orElse("");
        Response asset = content.find(method, request.path().path(), tag);
        if (asset != null) {
            return asset;
        }
        byte[] body = RequestBody.read(request, routing.limits());
        PageOrigin page = PageOrigin.of(request.headers(), request.isSecure());
        if (!routing.origins().admitsRequest(method, page)) {
            return Response.text(403, "A page of another origin may not send this request.");
        }
        Response answer = routing.fetch(translated(method, request).withBody(body));
        return answer.webSocket().isPresent() ? upgradeRequired(answer) : answer;
    }

    /// The object accepted a socket, but the client did not ask for one.
    private static Response upgradeRequired(Response answer) {
        answer.webSocket()
                .flatMap(socket -> socket.connection())
                .ifPresent(connection -> ((HeldSocket) connection).abandon());
        return OpeningHandshake.upgradeRequired("Expected an Upgrade to websocket.");
    }

    private static Request translated(String method, ServerRequest request) {
        try {
            String path = RequestTarget.path(request.path().rawPath());
            return Request.of(method, path, request.query().rawValue())
                    .withHeaders(RequestHeaders.of(request.headers()));
        } catch (IllegalArgumentException e) {
            throw new BadRequestException(400, "The path or a header is malformed.");
        }
    }

    private static boolean asksToClose(Headers headers) {
        return headers.contains(HeaderNames.CONNECTION)
                && isClose(headers.get(HeaderNames.CONNECTION).get());
    }

    private static boolean asksToClose(Response answer) {
        return answer.headers().get("connection").isPresent(); // It has no other value.
    }

    private static boolean isClose(String connection) {
        return Arrays.stream(connection.split(","))
                .anyMatch(token -> token.strip().toLowerCase(Locale.ROOT).equals("close"));
    }

    private static void send(String method, Response answer, ServerResponse response) {
        response.status(Status.create(answer.status()));
        answer.headers()
                .forEach((name, value) -> response.headers().add(HeaderNames.create(name), value));
        ChunkSource chunks = answer.chunks().orElse(null);
        if (chunks != null) {
            stream(method, chunks, response);
            return;
        }
        byte[] body = answer.body();
        if (method.equals("HEAD")) {
            response.headers().contentLength(body.length);
            body = NO_BODY;
        }
        response.send(body);
    }

    /// A body that fails half-way cannot be taken back; ending the connection without the last
    /// chunk tells the client.
    static void stream(String method, ChunkSource source, ServerResponse response) {
        boolean isWriting = false;
        try (source) {
            if (method.equals("HEAD")) {
                response.send();
                return;
            }
            OutputStream out = response.outputStream();
            for (Optional<byte[]> next = source.next(); next.isPresent(); next = source.next()) {
                isWriting = true;
                out.write(next.get());
                out.flush();
                isWriting = false;
            }
            // Not after a failure: this sends the proper end, which Helidon does not send before it
            // closes a connection.
            out.close();
            ((RoutingResponse) response).commit();
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            if (isWriting) {
                LOGGER.log(Level.DEBUG, "a client left in the middle of a streamed body", e);
            } else {
                LOGGER.log(Level.WARNING, "a streamed body failed", e);
            }
            throw new CloseConnectionException("a streamed body failed", e);
        }
    }
}
