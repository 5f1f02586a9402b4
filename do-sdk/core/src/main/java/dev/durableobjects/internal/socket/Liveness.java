package dev.durableobjects.internal.socket;

/// Tells whether a peer still lives: it is pinged, and has two times between pings to send
/// something, whatever that is.
///
/// Its socket guards it, but for [#hear], which any thread may call.
final class Liveness {

    private static final int UNANSWERED_MAX = 2;

    private final long pingNanos;
    private long pinged;
    private int unanswered;
    private volatile boolean heard;

    Liveness(long pingNanos) {
        this.pingNanos = pingNanos;
    }

    /// Something has come from the peer.
    void hear() {
        heard = true;
    }

    /// Begins anew, as if the peer had just answered.
    void begin(long now) {
        pinged = now;
        unanswered = 0;
    }

    /// Returns what is due at this time. A ping that is due counts as sent.
    Due look(long now) {
        if (heard) {
            heard = false;
            unanswered = 0;
        }
        if (now - pinged < pingNanos) {
            return Due.NOTHING;
        }
        if (unanswered >= UNANSWERED_MAX) {
            return Due.CUT_OFF;
        }
        pinged = now;
        unanswered++;
        return Due.PING;
    }

    /// What is to be done with a connection.
    enum Due {
        NOTHING,
        PING,
        CUT_OFF
    }
}
