package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// An HTTP client over a plain socket that sends what it is told, byte for byte, and keeps the
/// connection.
final class RawHttp implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;

    RawHttp(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = socket.getInputStream();
    }

    /// Sends a proper request and reads its answer.
    Answer send(String method, String target, String body, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        if (length > 0) {
            all.add("Content-Length: %d".formatted(length));
        }
        sendRaw(head(method, target, all) + body);
        return read(method.equals("HEAD"));
    }

    /// Sends a POST with a body of one chunk and reads its answer.
    Answer sendChunked(String target, String body) throws IOException {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        sendRaw(
                "%s%x\r\n%s\r\n0\r\n\r\n"
                        .formatted(
                                head("POST", target, List.of("Transfer-Encoding: chunked")),
                                length,
                                body));
        return read(false);
    }

    /// Sends the first line and the headers of a request.
    void sendHead(String method, String target, String... headers) throws IOException {
        sendRaw(head(method, target, List.of(headers)));
    }

    void sendRaw(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    /// Reads the next answer.
    ///
    /// @throws IOException if the connection ends before the answer does
    Answer read(boolean withoutBody) throws IOException {
        String head = readHead();
        Answer bare = new Answer(head, "");
        if (withoutBody) {
            return bare;
        }
        if (bare.header("transfer-encoding").equals("chunked")) {
            return new Answer(head, readChunks());
        }
        String length = bare.header("content-length");
        byte[] body = readBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
        return new Answer(head, new String(body, StandardCharsets.UTF_8));
    }

    /// Asserts that the server ends the connection, waiting for its end.
    void assertAtEnd() throws IOException {
        assertAtEndAfter("");
    }

    /// Asserts that the server ends the connection although something more is sent.
    void assertAtEndAfter(String bytes) throws IOException {
        byte[] more = new byte[1_000];
        int length;
        try {
            sendRaw(bytes);
            length = in.read(more);
        } catch (SocketException e) {
            return; // It did not want to read what was sent meanwhile.
        }
        String sent = new String(more, 0, Math.max(0, length), StandardCharsets.UTF_8);
        assertThat("the connection goes on with " + sent, length, is(-1));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static String head(String method, String target, List<String> headers) {
        List<String> lines = new ArrayList<>();
        lines.add("%s %s HTTP/1.1".formatted(method, target));
        lines.add("Host: localhost");
        lines.addAll(headers);
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    private String readHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) readByte());
        }
        return head.toString();
    }

    private String readChunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            StringBuilder size = new StringBuilder();
            while (size.indexOf("\r\n") < 0) {
                size.append((char) readByte());
            }
            int length = Integer.parseInt(size.toString().strip(), 16);
            body.writeBytes(readBytes(length));
            readBytes(2);
            if (length == 0) {
                return body.toString(StandardCharsets.UTF_8);
            }
        }
    }

    private byte[] readBytes(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("the connection ended within an answer");
        }
        return bytes;
    }

    private int readByte() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new IOException("the connection ended within an answer");
        }
        return next;
    }

    /// An answer of the server.
    record Answer(String head, String body) {

        int status() {
            return Integer.parseInt(head.substring(9, 12));
        }

        /// Returns the value of a header in lower case, empty if there is none.
        String header(String name) {
            String lower = head.toLowerCase(Locale.ROOT);
            int at = lower.indexOf("\r\n" + name + ":");
            return at < 0
                    ? ""
                    : lower.substring(at + name.length() + 3, lower.indexOf('\r', at + 2)).strip();
        }
    }
}
