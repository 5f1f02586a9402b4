package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A WebSocket client over a plain socket that can misbehave: it sends any frame, reads as slowly
/// as it likes, and can vanish.
final class RawWebSocket implements AutoCloseable {

    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xA;
    static final int FINAL = 0x80;

    private static final int TIMEOUT_MILLIS = 20_000;
    private static final byte[] MASK = {0x12, 0x34, 0x56, 0x78};

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private String head = "";

    private RawWebSocket(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /// Connects and sends the opening handshake; [#head] has the answer.
    static RawWebSocket connect(int port, String path, String... extraHeaders) throws IOException {
        List<String> headers =
                new ArrayList<>(
                        List.of(
                                "Upgrade: websocket",
                                "Connection: keep-alive, Upgrade",
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                                "Sec-WebSocket-Version: 13"));
        headers.addAll(List.of(extraHeaders));
        return handshake(port, path, headers);
    }

    /// Connects and sends a request with these headers instead of those of a handshake.
    static RawWebSocket handshake(int port, String path, List<String> headers) throws IOException {
        RawWebSocket client = open(port);
        client.sendBytes(
                "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n\r\n"
                        .formatted(path, port, String.join("\r\n", headers))
                        .getBytes(StandardCharsets.ISO_8859_1));
        client.readHead();
        return client;
    }

    /// Connects and sends nothing.
    static RawWebSocket open(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(16 << 10);
        socket.connect(
                new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                TIMEOUT_MILLIS);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        return new RawWebSocket(socket);
    }

    /// Returns the status line and the headers of the answer to the handshake.
    String head() {
        return head;
    }

    void sendText(String text) throws IOException {
        sendFrame(FINAL | TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    void sendClose(int code, String reason) throws IOException {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        sendFrame(
                FINAL | CLOSE,
                ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array());
    }

    /// Sends a masked frame with this first byte.
    void sendFrame(int first, byte[] payload) throws IOException {
        sendBytes(frame(first, payload));
    }

    /// Returns a masked frame with this first byte.
    static byte[] frame(int first, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else if (payload.length <= 0xffff) {
            frame.write(0x80 | 126);
            frame.writeBytes(ByteBuffer.allocate(2).putShort((short) payload.length).array());
        } else {
            frame.write(0x80 | 127);
            frame.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
        }
        frame.writeBytes(MASK);
        byte[] masked = payload.clone();
        for (int i = 0; i < masked.length; i++) {
            masked[i] ^= MASK[i & 3];
        }
        frame.writeBytes(masked);
        return frame.toByteArray();
    }

    void sendBytes(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /// Reads the next frame; its opcode is without the FIN bit.
    Frame read() throws IOException {
        int first = in.readUnsignedByte();
        int length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = Math.toIntExact(in.readLong());
        }
        byte[] payload = new byte[length];
        in.readFully(payload);
        return new Frame(first, payload);
    }

    /// Reads the next frame that is not a Ping of the server.
    Frame readAnswer() throws IOException {
        Frame frame = read();
        return frame.opcode() == PING ? readAnswer() : frame;
    }

    String readText() throws IOException {
        Frame frame = readAnswer();
        if (frame.opcode() != TEXT) {
            throw new IOException("expected a text, got " + frame);
        }
        return frame.text();
    }

    /// Reads to the end of the connection and returns the texts that arrived as a whole.
    List<String> readTextsToTheEnd() throws IOException {
        List<String> texts = new ArrayList<>();
        try {
            while (true) {
                texts.add(readText());
            }
        } catch (EOFException | java.net.SocketException e) {
            return texts;
        }
    }

    /// Asserts that everything was read that has left the server: the Pong for a Ping is next.
    void assertExhausted() throws IOException {
        sendFrame(FINAL | PING, new byte[0]);
        Frame next = readAnswer();
        assertThat("not read: " + next.text(), next.opcode(), is(PONG));
    }

    /// Asserts that the server ends the connection, waiting for its end.
    void assertAtEnd() throws IOException {
        try {
            throw new AssertionError("the connection goes on with " + readAnswer());
        } catch (EOFException | java.net.SocketException e) {
            // As it should be.
        }
    }

    /// Ends the sending half of the connection.
    void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /// Vanishes with a reset instead of a farewell.
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /// Reads the answer to a handshake, and returns it.
    String readHead() throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            read.append((char) next);
        }
        head = read.toString();
        return head;
    }

    /// A frame of the server.
    @SuppressWarnings("ArrayRecordComponent") // Compared by its text.
    record Frame(int first, byte[] payload) {

        int opcode() {
            return first & 0xf;
        }

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        /// Returns the code of a Close frame, 1005 if it has none.
        int closeCode() {
            return payload.length == 0 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xffff;
        }

        @Override
        public String toString() {
            return "frame %d with %d bytes".formatted(opcode(), payload.length);
        }
    }
}
