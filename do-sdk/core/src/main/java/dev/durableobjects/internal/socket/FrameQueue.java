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

    /// What waits at the head since before the peer could read.
    private long earlyBytes;

    private boolean isOpen;
    private @Nullable Object newest;

    FrameQueue(SocketSettings settings, SocketCounters counters) {
        this.settings = settings;
        this.counters = counters;
    }

    boolean isEmpty() {
        return frames.isEmpty();
    }

    /// The peer can read from now on.
    void open() {
        isOpen = true;
        earlyBytes = messageBytes;
    }

    /// Adds a frame, if the peer is not too slow for it.
    ///
    /// @param part of an event that has sent it; null for a frame of the runtime
    /// @return whether it was added
    boolean offer(Frame frame, @Nullable Object part) {
        boolean fits = frame.isMessage() ? isRoom(frame, part) : isRoomForControl(frame);
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
        earlyBytes = 0;
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

    /// Tells a slow peer from a fast one by what it has not read yet when an event sends its first
    /// message: it could read nothing between that and the last one, and nothing at all before the
    /// connection was open. What one event sends may wait alone.
    @SuppressWarnings("ReferenceEquality") // Parts are tokens.
    private boolean isRoom(Frame frame, @Nullable Object part) {
        boolean isTested = !isOpen || part == null || part != newest;
        newest = part;
        long unread = messageBytes - earlyBytes;
        if (!isTested || unread == 0 || unread + frame.length() <= bytesMax()) {
            return true;
        }
        if (settings.policy() == SocketQueuePolicy.CLOSE) {
            return false;
        }
        dropMessages();
        return true;
    }

    private int bytesMax() {
        if (!isOpen) {
            return settings.openingBytesMax();
        }
        return switch (settings.policy()) {
            case CLOSE -> settings.queueBytesMax();
            case COALESCE -> settings.coalesceBytesMax();
        };
    }

    /// Frames of the runtime are never dropped, so a peer may cause too many of them to be queued.
    private boolean isRoomForControl(Frame frame) {
        return controlBytes + frame.length() <= settings.queueBytesMax();
    }

    private void dropMessages() {
        int before = frames.size();
        frames.removeIf(Frame::isMessage);
        counters.add(Count.COALESCED, before - frames.size());
        counters.add(Count.BYTES_QUEUED, -messageBytes);
        messageBytes = 0;
        earlyBytes = 0;
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
        return new Frame(
                length == joined.length ? joined : Arrays.copyOf(joined, length),
                first.isMessage());
    }

    /// @param sign 1 for a frame that comes, -1 for one that is taken to be written
    private void count(Frame frame, int sign) {
        long bytes = (long) sign * frame.length();
        if (frame.isMessage()) {
            messageBytes += bytes;
            earlyBytes = sign < 0 ? Math.max(0, earlyBytes + bytes) : earlyBytes;
        } else {
            controlBytes += bytes;
        }
        counters.add(Count.BYTES_QUEUED, bytes);
        if (sign < 0) {
            counters.add(Count.FRAMES_SENT, 1);
        }
    }
}
