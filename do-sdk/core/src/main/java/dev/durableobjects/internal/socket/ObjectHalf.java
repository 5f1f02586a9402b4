package dev.durableobjects.internal.socket;

import dev.durableobjects.websocket.WebSocketMessage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The object's half of a connection: what it sends leaves with its event, until it closes.
///
/// Sends and closes by the object's thread only; the rest is safe for use by many threads.
final class ObjectHalf {

    /// What a message that is held costs beside its frame.
    private static final int MESSAGE_BYTES = 64;

    private final Supplier<Outlet> outlet;
    private final FrameSharing sharing;
    private final FrameOrder order;

    private volatile boolean closed; // Written by the object's thread.

    /// @param outlet gives the event that runs what lets out what it sends; throws an
    ///   IllegalStateException if the calling thread is in none
    /// @param sharing shared by the sockets of one object
    /// @param queue takes a frame that may leave, as that of [FrameOrder]
    /// @param answerBytesMax of answers that wait for what the object has sent
    ObjectHalf(
            Supplier<Outlet> outlet,
            FrameSharing sharing,
            BiConsumer<Frame, @Nullable Object> queue,
            int answerBytesMax) {
        this.outlet = outlet;
        this.sharing = sharing;
        this.order = new FrameOrder(queue, answerBytesMax);
    }

    void send(WebSocketMessage message) {
        if (closed) {
            throw new IllegalStateException("Can't call WebSocket send() after close().");
        }
        boolean shared = sharing.has(message);
        Frame frame = sharing.frame(message);
        int held = MESSAGE_BYTES + (shared ? 0 : frame.length());
        Outlet out = outlet.get();
        Object part = out.part();
        out.release(held, () -> order.leave(frame, part));
        order.send(); // It leaves at the end of the event of this thread, not earlier.
    }

    /// Sends a text of the runtime, behind what the object has sent before.
    ///
    /// @return false if too many wait; the text is dropped then
    boolean answer(String text) {
        return order.answer(Frame.answer(text));
    }

    /// Closes the half; a second close is ignored, whatever is wrong with it.
    ///
    /// @param close gives the last frame
    /// @param leave lets it leave
    void close(Supplier<Frame> close, Consumer<Frame> leave) {
        if (closed) {
            return;
        }
        Frame frame = close.get();
        outlet.get().release(0, () -> leave.accept(frame));
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }
}
