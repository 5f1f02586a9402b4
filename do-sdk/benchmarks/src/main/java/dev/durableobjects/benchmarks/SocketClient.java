package dev.durableobjects.benchmarks;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The client of [HibernatedSockets], in a process of its own: opens sockets, waits for a line,
/// says something on one socket of each room, and prints how long the answers took.
final class SocketClient {

    private static final int TEXT = 0x81;
    private static final int MASKED = 0x80;
    private static final byte[] UNMASKED = new byte[4];

    private SocketClient() {}

    /// Starts the process.
    static Process start(int port, int sockets, int rooms) throws IOException {
        return new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        SocketClient.class.getName(),
                        String.valueOf(port),
                        String.valueOf(sockets),
                        String.valueOf(rooms))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /// Runs the program: `SocketClient PORT SOCKETS ROOMS`.
    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        int count = Integer.parseInt(arguments[1]);
        int rooms = Integer.parseInt(arguments[2]);
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sockets.add(connect(port, "room" + i % rooms));
        }
        Report.line("connected");
        IO.readln();
        long[] nanos = new long[rooms];
        for (int i = 0; i < rooms; i++) {
            long begin = System.nanoTime();
            ask(sockets.get(i));
            nanos[i] = System.nanoTime() - begin;
        }
        Report.durations("message to answer, waking the object", nanos);
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private static Socket connect(int port, String room) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        String request =
                """
                GET /?room=%s HTTP/1.1\r
                Host: 127.0.0.1:%d\r
                Connection: Upgrade\r
                Upgrade: websocket\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                \r
                """
                        .formatted(room, port);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("refused: " + head);
            }
            head.append((char) next);
        }
        return socket;
    }

    private static void ask(Socket socket) throws IOException {
        byte[] text = "topic?".getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[2 + UNMASKED.length + text.length];
        frame[0] = (byte) TEXT;
        frame[1] = (byte) (MASKED | text.length);
        System.arraycopy(text, 0, frame, 2 + UNMASKED.length, text.length);
        socket.getOutputStream().write(frame);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        in.readUnsignedByte();
        in.readFully(new byte[in.readUnsignedByte()]);
    }
}
