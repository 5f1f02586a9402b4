package dev.durableobjects.internal.socket;

import dev.durableobjects.internal.socket.SocketCounters.Count;
import dev.durableobjects.websocket.SocketQueuePolicy;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// The frames that wait to be sent on one connection, within the bounds of its policy. Not safe for
/// several threads; its [SocketWriter] guards it.
final class FrameQueue {

    /// What is joined into one write; more saves nothing.
    private static final int WRITE_BYTES = 64 << 10;

    private final SocketSettings settings;
    private final SocketCounters counters;
    private final Deque<Frame> frames = new ArrayDeque<>();
    private long messageBytes;
    private long controlBytes;

    FrameQueue(SocketSettings settings, SocketCounters counters) {
        this.settings = settings;
        this.counters = counters;
    }

    boolean isEmpty() {
        return frames.isEmpty();
    }

    /// Adds a frame, if the peer is not too slow for it.
    ///
    /// @return whether it was added
    boolean offer(Frame frame) {
        boolean fits =
                settings.policy() == SocketQueuePolicy.COALESCE ? coalesce(frame) : isRoom(frame);
        if (fits) {
            add(frame);
        }
        return fits;
    }

    /// Adds a frame whatever waits.
    void add(Frame frame) {
        frames.add(frame);
        count(frame, 1);
    }

    void clear() {
        counters.add(Count.BYTES_QUEUED, -messageBytes - controlBytes);
        frames.clear();
        messageBytes = 0;
        controlBytes = 0;
    }

    /// Takes the frames to write now, joined; null if there are none.
    @Nullable Frame take() {
        Frame first = frames.poll();
        if (first == null) {
            return null;
        }
        count(first, -1);
        Frame batch = isFollowedWithin(WRITE_BYTES - first.length()) ? join(first) : first;
        counters.add(Count.BYTES_SENT, batch.length());
        return batch;
    }

    /// A message of any size may wait alone.
    private boolean isRoom(Frame frame) {
        return frames.isEmpty()
                || messageBytes + controlBytes + frame.length() <= settings.queueBytesMax();
    }

    /// Control frames are never dropped, so a peer may cause too many of them to be queued.
    private boolean coalesce(Frame frame) {
        if (!frame.isMessage()) {
            return controlBytes + frame.length() <= settings.queueBytesMax();
        }
        if (messageBytes + controlBytes + frame.length() > settings.coalesceBytesMax()) {
            dropMessages();
        }
        return true;
    }

    private void dropMessages() {
        int before = frames.size();
        frames.removeIf(Frame::isMessage);
        counters.add(Count.COALESCED, before - frames.size());
        counters.add(Count.BYTES_QUEUED, -messageBytes);
        messageBytes = 0;
    }

    private boolean isFollowedWithin(int room) {
        Frame next = frames.peek();
        return next != null && next.length() <= room;
    }

    private Frame join(Frame first) {
        byte[] joined =
                new byte[(int) Math.min(first.length() + messageBytes + controlBytes, WRITE_BYTES)];
        System.arraycopy(first.bytes(), 0, joined, 0, first.length());
        int length = first.length();
        while (isFollowedWithin(joined.length - length)) {
            Frame next = frames.remove();
            count(next, -1);
            System.arraycopy(next.bytes(), 0, joined, length, next.length());
            length += next.length();
        }
        return new Frame(length == joined.length ? joined : Arrays.copyOf(joined, length));
    }

    /// @param sign 1 for a frame that comes, -1 for one that is taken to be written
    private void count(Frame frame, int sign) {
        long bytes = (long) sign * frame.length();
        if (frame.isMessage()) {
            messageBytes += bytes;
        } else {
            controlBytes += bytes;
        }
        counters.add(Count.BYTES_QUEUED, bytes);
        if (sign < 0) {
            counters.add(Count.FRAMES_SENT, 1);
        }
    }
}
