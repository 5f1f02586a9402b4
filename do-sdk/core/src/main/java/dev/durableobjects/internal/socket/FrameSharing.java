package dev.durableobjects.internal.socket;

import dev.durableobjects.websocket.WebSocketMessage;
import org.jspecify.annotations.Nullable;

/// Encodes a message once when it is sent to many sockets in a row, as in a broadcast.
///
/// Only the last text is remembered, and it is recognised by identity, which is what a loop over
/// sockets passes. Safe for use by many threads: the pair is replaced as a whole.
public final class FrameSharing {

    private volatile @Nullable Encoded last;

    /// Makes an empty memory.
    public FrameSharing() {}

    /// Returns whether the frame of a message is there already, so that it costs no memory.
    @SuppressWarnings("ReferenceEquality") // As in #frame.
    boolean has(WebSocketMessage message) {
        Encoded known = last;
        return known != null
                && message instanceof WebSocketMessage.Text(String text)
                && known.text == text;
    }

    @SuppressWarnings(
            "ReferenceEquality") // Equal texts may be encoded twice; comparing costs more.
    Frame frame(WebSocketMessage message) {
        if (!(message instanceof WebSocketMessage.Text(String text))) {
            return Frame.of(message);
        }
        Encoded known = last;
        if (known != null && known.text == text) {
            return known.frame;
        }
        Frame frame = Frame.of(message);
        last = new Encoded(text, frame);
        return frame;
    }

    /// Forgets the last message.
    public void clear() {
        last = null;
    }

    private record Encoded(String text, Frame frame) {}
}
