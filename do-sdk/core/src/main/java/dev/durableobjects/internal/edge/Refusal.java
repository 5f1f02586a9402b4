package dev.durableobjects.internal.edge;

import dev.durableobjects.http.ChunkSource;
import dev.durableobjects.http.Headers;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.socket.Transport;
import io.helidon.http.Status;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The answer to an opening handshake that does not open a WebSocket: a response, after which the
/// connection ends. Used by one thread.
final class Refusal {

    private static final System.Logger LOGGER = System.getLogger(Refusal.class.getName());
    private static final byte[] END_OF_CHUNK = "\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END_OF_BODY = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Transport transport;

    Refusal(Transport transport) {
        this.transport = transport;
    }

    /// Sends it as far as the client takes it.
    void send(Response answer) {
        boolean isUpgrade = answer.headers().get("upgrade").isPresent();
        Headers headers =
                answer.headers().with("connection", isUpgrade ? "close, upgrade" : "close");
        Status status = Status.create(answer.status());
        String firstLine = "HTTP/1.1 %d %s".formatted(status.code(), status.reasonPhrase());
        try {
            if (answer.chunks().isPresent()) {
                stream(firstLine, headers, answer.chunks().get());
            } else {
                String length = String.valueOf(answer.body().length);
                byte[] head = head(firstLine, headers.with("content-length", length));
                write(head, answer.body());
            }
        } catch (Transport.Gone e) {
            LOGGER.log(System.Logger.Level.DEBUG, "a refused client is gone", e);
        }
    }

    /// Returns the first part of an answer, with the empty line that ends it.
    static byte[] head(String firstLine, Headers headers) {
        StringBuilder head = new StringBuilder(firstLine).append("\r\n");
        headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        return head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /// A body that fails half-way has no last chunk; so the client knows.
    private void stream(String firstLine, Headers headers, ChunkSource source) {
        try (source) {
            write(head(firstLine, headers.with("transfer-encoding", "chunked")));
            for (Optional<byte[]> next = source.next(); next.isPresent(); next = source.next()) {
                byte[] chunk = next.get();
                if (chunk.length > 0) { // An empty one would be the last.
                    write(size(chunk), chunk, END_OF_CHUNK);
                }
            }
            write(END_OF_BODY);
        } catch (Transport.Gone e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            warn(e);
        } catch (Exception e) {
            warn(e);
        }
    }

    private static void warn(Exception failure) {
        LOGGER.log(System.Logger.Level.WARNING, "a streamed body failed", failure);
    }

    private static byte[] size(byte[] chunk) {
        return "%x\r\n".formatted(chunk.length).getBytes(StandardCharsets.US_ASCII);
    }

    private void write(byte[]... parts) {
        for (byte[] part : parts) {
            transport.write(part, part.length);
        }
    }
}
