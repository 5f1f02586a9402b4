package dev.durableobjects.internal.socket;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.websocket.SocketQueuePolicy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WriterThreadsTest {

    private static final int SLOW = 50;

    private final WriterThreads threads = new WriterThreads(Waiting.system());
    private final CountDownLatch released = new CountDownLatch(1);

    @Test
    void peersThatDoNotReadHoldUpNobodyElse() throws InterruptedException {
        CountDownLatch written = new CountDownLatch(SLOW);

        for (int i = 0; i < SLOW; i++) {
            send(this::awaitReleased);
            send(written::countDown);
        }

        assertTrue(written.await(30, TimeUnit.SECONDS), "those who read got their frames");
        released.countDown();
    }

    private void send(Runnable write) {
        SocketSettings settings = SocketSettings.of(Limits.standard(), SocketQueuePolicy.CLOSE);
        FrameQueue queue = new FrameQueue(settings, new SocketCounters());
        SocketWriter writer = new SocketWriter(Waiting.system(), threads, queue, fault -> {});
        writer.attach(new WriteOnly(write));
        writer.offer(Frame.ping(), null);
    }

    private void awaitReleased() {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record WriteOnly(Runnable write) implements Transport {

        @Override
        public byte read() {
            throw new UnsupportedOperationException("nobody reads here");
        }

        @Override
        public byte[] read(int length) {
            throw new UnsupportedOperationException("nobody reads here");
        }

        @Override
        public void write(byte[] bytes, int length) {
            write.run();
        }

        @Override
        public void close() {}
    }
}
