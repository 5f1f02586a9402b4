package dev.durableobjects.simulation;

import dev.durableobjects.internal.socket.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The network end of a cell's socket: a peer that says something now and then, however long its
/// cell sleeps, and tells the [History] what it hears.
final class Listener implements Transport {

    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int LENGTH_FOLLOWS = 126;
    private static final int MESSAGES_MAX = 3;
    private static final int SILENCE_MILLIS_MAX = 4_000;

    /// A text of one letter, as a client sends it: masked, by zeros.
    private static final byte[] MESSAGE = {(byte) 0x81, (byte) 0x81, 0, 0, 0, 0, 'x'};

    private final World world;
    private final String cell;
    private int messages;
    private ByteBuffer saying = ByteBuffer.allocate(0);
    private Thread reader = Thread.currentThread();
    private boolean closed;
    private int heard;
    private int era;

    Listener(World world, String cell) {
        this.world = world;
        this.cell = cell;
        this.messages = world.waiting().random().nextInt(MESSAGES_MAX);
    }

    @Override
    public byte read() {
        reader = Thread.currentThread();
        if (!saying.hasRemaining() && messages > 0) {
            messages--;
            world.pause(world.waiting().random().nextInt(SILENCE_MILLIS_MAX));
            saying = ByteBuffer.wrap(MESSAGE);
        }
        if (!closed && saying.hasRemaining()) {
            return saying.get();
        }
        while (!closed) {
            world.waiting().park(this);
        }
        throw new Gone(new IOException("closed"));
    }

    @Override
    public byte[] read(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = read();
        }
        return bytes;
    }

    @Override
    public void write(byte[] bytes, int length) {
        ByteBuffer frames = ByteBuffer.wrap(bytes, 0, length);
        while (frames.hasRemaining()) {
            int opcode = frames.get() & 0xf;
            int size = frames.get();
            byte[] payload =
                    new byte
                            [size == LENGTH_FOLLOWS
                                    ? Short.toUnsignedInt(frames.getShort())
                                    : size];
            frames.get(payload);
            if (opcode == TEXT) {
                hear(new String(payload, StandardCharsets.UTF_8));
            } else if (opcode == CLOSE) {
                close();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        world.waiting().unpark(reader);
    }

    private void hear(String text) {
        List<String> log = List.of(text.split(",", -1));
        world.history().met("a frame");
        world.history().seen(cell, log);
        int now = History.era(log);
        world.history()
                .check(
                        now > era || (now == era && log.size() >= heard),
                        () -> "a frame was overtaken: " + text);
        heard = log.size();
        era = now;
    }
}
