package dev.durableobjects.benchmarks.seats;

import dev.durableobjects.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// The least that a server can do for a broadcast: each booking writes one ready frame to every
/// socket of the flight, and is answered then. It stores nothing, checks nothing and reads nothing
/// from its sockets: `FrameServer PORT`.
///
/// Safe for use by many threads.
public final class FrameServer {

    private static final String ACCEPTED =
            """
            HTTP/1.1 101 Switching Protocols\r
            Connection: Upgrade\r
            Upgrade: websocket\r
            Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
            \r
            """;
    private static final String BOOKED = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private final ConcurrentHashMap<String, List<OutputStream>> flights = new ConcurrentHashMap<>();
    private final byte[] frame = frame();

    private FrameServer() {}

    /// Starts the server; it runs until the process gets SIGINT or SIGTERM.
    public static void main(String[] arguments) throws IOException {
        FrameServer frames = new FrameServer();
        int port = Integer.parseInt(arguments[0]);
        try (ServerSocket server = new ServerSocket(port, 1024, InetAddress.getLoopbackAddress())) {
            while (true) {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> frames.serve(client));
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            InputStream in = client.getInputStream();
            OutputStream out = client.getOutputStream();
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                String flight = head.substring(head.indexOf('='), head.indexOf(" HTTP"));
                List<OutputStream> sockets =
                        flights.computeIfAbsent(flight, _ -> new CopyOnWriteArrayList<>());
                if (head.startsWith("GET /ws")) {
                    out.write(ACCEPTED.getBytes(StandardCharsets.US_ASCII));
                    sockets.add(out);
                    in.transferTo(OutputStream.nullOutputStream());
                    return;
                }
                in.readNBytes(contentLength(head));
                for (OutputStream socket : sockets) {
                    socket.write(frame);
                }
                out.write(BOOKED.getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            flights.clear(); // A measurement is over.
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int last = 0;
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.write(next);
            last = last << 8 | next;
            if (last == 0x0d0a0d0a) {
                return head.toString(StandardCharsets.US_ASCII);
            }
        }
        return "";
    }

    private static int contentLength(String head) {
        String name = "content-length:";
        int at = head.toLowerCase(Locale.ROOT).indexOf(name);
        String rest = head.substring(at + name.length());
        return at < 0 ? 0 : Integer.parseInt(rest.substring(0, rest.indexOf('\r')).strip());
    }

    /// The seats of a flight as one frame, as long as the one of the SDK.
    private static byte[] frame() {
        byte[] text =
                Json.text(
                                SeatSql.seatIds().stream()
                                        .map(id -> new Seat(id, Optional.empty()))
                                        .toList())
                        .getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + text.length)
                .put((byte) 0x81)
                .put((byte) 126)
                .putShort((short) text.length)
                .put(text)
                .array();
    }
}
