package dev.durableobjects.spec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
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
        StringBuilder request = new StringBuilder();
        request.append("%s %s HTTP/1.1\r\nHost: localhost\r\n".formatted(method, target));
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        if (length > 0) {
            request.append("Content-Length: %d\r\n".formatted(length));
        }
        sendRaw(request.append("\r\n").append(body).toString());
        return read(method.equals("HEAD"));
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
        String lower = head.toLowerCase(Locale.ROOT);
        if (withoutBody) {
            return new Answer(head, "");
        }
        if (lower.contains("transfer-encoding: chunked")) {
            return new Answer(head, readChunks());
        }
        int at = lower.indexOf("content-length: ");
        int length =
                at < 0 ? 0 : Integer.parseInt(lower.substring(at + 16, lower.indexOf('\r', at)));
        return new Answer(head, new String(readBytes(length), StandardCharsets.UTF_8));
    }

    /// Returns whether the server has ended the connection, waiting for its end.
    boolean isAtEnd() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
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
    }
}
