package dev.durableobjects.simulation;

import dev.durableobjects.internal.socket.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The network end of a cell's socket: a peer that says nothing and tells the [History] what it
/// hears.
final class Listener implements Transport {

    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int LENGTH_FOLLOWS = 126;

    private final World world;
    private final String cell;
    private final Thread reader;
    private boolean closed;
    private int heard;

    Listener(World world, String cell, Thread reader) {
        this.world = world;
        this.cell = cell;
        this.reader = reader;
    }

    @Override
    public byte read() {
        while (!closed) {
            world.waiting().park(this);
        }
        throw new Gone(new IOException("closed"));
    }

    @Override
    public byte[] read(int length) {
        return new byte[] {read()};
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
        List<String> log = text.isEmpty() ? List.of() : List.of(text.split(",", -1));
        world.history().met("a frame");
        world.history().seen(cell, log);
        world.history().check(log.size() >= heard, () -> "a frame was overtaken: " + text);
        heard = log.size();
    }
}
