package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.gate.Waiting;
import org.sqlite.ProgressHandler;

/// Stops a statement that runs too long (waiting for turns does not count), or whose object was
/// reset. SQLite asks it every so many steps of its virtual machine; between statements it costs
/// nothing. Any thread may stop a statement; the rest is for the object's thread.
final class StatementClock extends ProgressHandler {

    /// About half a millisecond of work.
    static final int STEPS = 20_000;

    private static final int GO_ON = 0;
    private static final int STOP = 1;
    private static final long NOT_STARTED = Long.MIN_VALUE;

    private final Waiting waiting;
    private final long nanosMax;

    // Only the object's thread.
    private long startedAt = NOT_STARTED;
    private long waited;
    private long turnAt;
    private boolean hasTurn;
    private boolean expired;

    private volatile boolean stopped;

    StatementClock(Waiting waiting, long nanosMax) {
        this.waiting = waiting;
        this.nanosMax = nanosMax;
    }

    /// A statement begins.
    void begin() {
        startedAt = NOT_STARTED;
        waited = 0;
        expired = false;
    }

    /// The thread leaves SQLite, with a row or for good.
    void leave() {
        if (hasTurn) {
            hasTurn = false;
            LongStatements.leave();
        }
    }

    /// Returns whether every statement is to stop.
    boolean isStopped() {
        return stopped;
    }

    /// Returns whether the statement was stopped because it ran too long.
    boolean isExpired() {
        return expired;
    }

    /// Stops every statement from now on.
    void stop() {
        stopped = true;
    }

    @Override
    protected int progress() {
        long now = waiting.nanoTime();
        if (startedAt == NOT_STARTED) {
            startedAt = now;
        }
        expired = now - startedAt - waited > nanosMax;
        if (stopped || expired) {
            return STOP;
        }
        if (now - startedAt > LongStatements.LONG_NANOS) {
            takeTurns(now);
        }
        return GO_ON;
    }

    private void takeTurns(long now) {
        if (hasTurn && now - turnAt < LongStatements.TURN_NANOS) {
            return;
        }
        leave();
        hasTurn = LongStatements.enter(this);
        turnAt = waiting.nanoTime();
        waited += turnAt - now;
    }
}
