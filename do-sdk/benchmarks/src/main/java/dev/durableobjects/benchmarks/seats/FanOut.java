package dev.durableobjects.benchmarks.seats;

import dev.durableobjects.benchmarks.Args;
import dev.durableobjects.benchmarks.Report;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Opens many WebSockets on one flight, books, and waits until every socket has got as many
/// messages: `FanOut PORT [sockets=300] [bookings=600] [seconds=30]`. One thread books, one reads.
public final class FanOut {

    private final int port;
    private final String flight = "fan" + System.nanoTime();
    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 << 10);

    private FanOut(int port) throws IOException {
        this.port = port;
        this.selector = Selector.open();
    }

    /// Runs it.
    public static void main(String[] arguments) throws Exception {
        Args settings =
                Args.of(
                        Arrays.copyOfRange(arguments, 1, arguments.length),
                        Map.of(
                                "sockets",
                                List.of(300),
                                "bookings",
                                List.of(600),
                                "seconds",
                                List.of(30)));
        new FanOut(Integer.parseInt(arguments[0]))
                .run(
                        settings.number("sockets"),
                        settings.number("bookings"),
                        settings.number("seconds"));
        System.exit(0);
    }

    private void run(int sockets, int bookings, int seconds) throws Exception {
        for (int i = 0; i < sockets; i++) {
            connect();
        }
        long wanted = (long) sockets * bookings;
        long start = System.nanoTime();
        Thread.ofVirtual().start(() -> bookAll(bookings));
        long received = receive(wanted, start + TimeUnit.SECONDS.toNanos(seconds));
        double took = (System.nanoTime() - start) / 1e9;
        Report.line(
                "%.0f deliveries/s (%d of %d messages, %d sockets, %.2f s)"
                        .formatted(received / took, received, wanted, sockets, took));
    }

    private long receive(long wanted, long deadline) throws IOException {
        long received = 0;
        while (received < wanted && System.nanoTime() < deadline) {
            selector.select(100);
            for (SelectionKey key : selector.selectedKeys()) {
                received += read(key);
            }
            selector.selectedKeys().clear();
        }
        return received;
    }

    private int read(SelectionKey key) throws IOException {
        buffer.clear();
        if (((SocketChannel) key.channel()).read(buffer) < 0) {
            throw new IOException("the server has closed a connection");
        }
        return ((FrameCounter) key.attachment()).read(buffer.flip());
    }

    private void connect() throws IOException {
        SocketChannel channel =
                SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.write(ByteBuffer.wrap(upgrade().getBytes(StandardCharsets.US_ASCII)));
        buffer.clear();
        while (!head().contains("\r\n\r\n")) {
            if (channel.read(buffer) < 0) {
                break;
            }
        }
        if (!head().startsWith("HTTP/1.1 101") || !head().endsWith("\r\n\r\n")) {
            throw new IOException("expected an upgrade, got " + head());
        }
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, new FrameCounter());
    }

    private String upgrade() {
        return """
        GET /ws?flightId=%s HTTP/1.1\r
        Host: 127.0.0.1:%d\r
        Upgrade: websocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        Sec-WebSocket-Version: 13\r
        \r
        """
                .formatted(flight, port);
    }

    private String head() {
        return StandardCharsets.ISO_8859_1.decode(buffer.duplicate().flip()).toString();
    }

    private void bookAll(int bookings) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < bookings; i++) {
                String seat = "%d%c".formatted(1 + i % 10, (char) ('A' + i % 6));
                client.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://127.0.0.1:%d/book-seat?flightId=%s"
                                                        .formatted(port, flight)))
                                .header("content-type", "application/json")
                                .POST(
                                        HttpRequest.BodyPublishers.ofString(
                                                "{\"seatNumber\":\"%s\",\"name\":\"Ann\"}"
                                                        .formatted(seat)))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
            }
        } catch (IOException e) {
            Report.line("a booking failed: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
