package dev.durableobjects.internal.socket;

import java.util.function.Consumer;

/// What the listener of a connection is told of its end, and whether it is still told anything.
/// Safe for use by many threads.
final class Report {

    private static final String LOST = "WebSocket disconnected without sending Close frame.";

    private final SocketListener listener;

    // Guarded by this.
    private boolean silent;
    private int code = CloseCode.ABNORMAL;
    private String reason = LOST;

    Report(SocketListener listener) {
        this.listener = listener;
    }

    SocketListener listener() {
        return listener;
    }

    /// The listener hears nothing more.
    synchronized void end() {
        silent = true;
    }

    /// Says why the connection ends, if its peer does not say it.
    synchronized void blame(int lostCode, String lostReason) {
        code = lostCode;
        reason = lostReason;
    }

    /// Returns the end of a connection that is gone without a handshake.
    synchronized Heard lost() {
        int known = code;
        String why = reason;
        return Heard.end(told -> told.closed(known, why, false));
    }

    void tell(Heard heard) {
        synchronized (this) {
            if (silent) {
                return;
            }
        }
        Consumer<SocketListener> event = heard.event();
        event.accept(listener);
    }
}
