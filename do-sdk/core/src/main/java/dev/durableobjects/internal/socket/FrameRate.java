package dev.durableobjects.internal.socket;

import dev.durableobjects.internal.gate.Waiting;
import java.util.concurrent.TimeUnit;

/// Bounds how many frames a peer sends in a time: a leaky bucket that holds as many as may come in
/// [#BURST_SECONDS]. Not safe for several threads.
final class FrameRate {

    /// A peer that comes back may say at once what it has kept.
    private static final int BURST_SECONDS = 10;

    private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(BURST_SECONDS);

    private final Waiting waiting;
    private final int perSecond;

    /// When the bucket would be empty, were nothing added any more.
    private long emptyAt;

    FrameRate(Waiting waiting, int perSecond) {
        this.waiting = waiting;
        this.perSecond = perSecond;
        this.emptyAt = waiting.nanoTime();
    }

    /// Counts a frame.
    ///
    /// @throws ProtocolException if there were too many
    void count() {
        long now = waiting.nanoTime();
        long from = now - emptyAt > 0 ? now : emptyAt;
        emptyAt = from + TimeUnit.SECONDS.toNanos(1) / perSecond;
        if (emptyAt - now > BURST_NANOS) {
            throw new ProtocolException(
                    CloseCode.POLICY_VIOLATION,
                    "more than %d messages per second".formatted(perSecond));
        }
    }
}
