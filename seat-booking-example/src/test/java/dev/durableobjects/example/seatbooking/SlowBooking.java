package dev.durableobjects.example.seatbooking;

import dev.durableobjects.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// A booking whose body the app has asked for and not yet got: a request under way for as long as a
/// test likes.
final class SlowBooking implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final OutputStream out;
    private final BufferedReader in;
    private final String body;

    /// Begins to book, and returns when the app reads the body.
    SlowBooking(int port, String seatNumber, String name) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        out = socket.getOutputStream();
        in =
                new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        body = Json.text(Map.of("seatNumber", seatNumber, "name", name));
        send(
                """
                POST /book-seat?flightId=1234 HTTP/1.1\r
                Host: localhost\r
                Expect: 100-continue\r
                Content-Length: %d\r
                \r
                """
                        .formatted(body.length()));
        String asked = in.readLine() + in.readLine();
        if (!asked.equals("HTTP/1.1 100 Continue")) {
            throw new IOException("expected to be asked for the body, got " + asked);
        }
    }

    /// Sends the body.
    void finish() throws IOException {
        send(body);
    }

    /// Waits for the answer and returns its first line.
    String status() throws IOException {
        return in.readLine();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
