package dev.durableobjects.internal.engine;

import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Latch;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.journal.History;
import dev.durableobjects.internal.socket.SocketKeeper;
import dev.durableobjects.internal.storage.DataDirectory;
import dev.durableobjects.spi.CommitLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// What all objects of a runtime share. Immutable; the parts are safe for use by many threads.
public final class Node {

    private static final Duration CENTURY = Duration.ofDays(36_525);

    private final Limits limits;
    private final Waiting waiting;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final DataDirectory directory;
    private final CommitLog log;
    private final History history;
    private final SocketKeeper sockets;
    private final Timers timers;

    /// Puts the parts together.
    ///
    /// @param limits every bound
    /// @param waiting how the engine waits
    /// @param clock the time of day
    /// @param random where ids come from
    /// @param directory where the files are
    /// @param log makes commits durable
    /// @param history what was, and what the log has for databases that are not open yet
    public Node(
            Limits limits,
            Waiting waiting,
            InstantSource clock,
            RandomGenerator random,
            DataDirectory directory,
            CommitLog log,
            History history) {
        this.limits = limits;
        this.waiting = waiting;
        this.clock = clock;
        this.random = random;
        this.directory = directory;
        this.log = log;
        this.history = history;
        this.sockets = new SocketKeeper(waiting, limits);
        this.timers = new Timers(waiting);
    }

    /// Returns every bound.
    public Limits limits() {
        return limits;
    }

    /// Returns how the engine waits.
    public Waiting waiting() {
        return waiting;
    }

    /// Returns the time of day, which may jump.
    public InstantSource clock() {
        return clock;
    }

    /// Returns where ids come from.
    public RandomGenerator random() {
        return random;
    }

    /// Returns where the files are.
    public DataDirectory directory() {
        return directory;
    }

    /// Returns what makes commits durable.
    public CommitLog log() {
        return log;
    }

    /// Returns what was, and what the log has for databases that are not open yet.
    public History history() {
        return history;
    }

    /// Returns what watches over the connections.
    public SocketKeeper sockets() {
        return sockets;
    }

    /// Returns what runs things at their time.
    Timers timers() {
        return timers;
    }

    /// Returns the time of the engine's waiting at which a bound that counts seconds is over.
    public long after(Limit seconds) {
        return waiting.nanoTime() + TimeUnit.SECONDS.toNanos(limits.get(seconds));
    }

    /// Runs something small when a bound that counts seconds is over, unless what is returned is
    /// closed before.
    Timers.Deadline limit(Limit seconds, Runnable late) {
        return timers.at(after(seconds), late)::cancel;
    }

    /// Returns a duration in nanoseconds; one too long for arithmetic is a century.
    static long nanos(Duration duration) {
        if (duration.isNegative()) {
            return 0;
        }
        return duration.compareTo(CENTURY) < 0 ? duration.toNanos() : CENTURY.toNanos();
    }

    /// Lets the calling thread pause; an interrupt waits.
    ///
    /// @return false
    boolean pause(long nanos) {
        return new Latch(waiting).awaitUntil(waiting.nanoTime() + nanos);
    }

    /// Checks that the calling thread is outside of every object: an object must not call what
    /// waits for objects.
    ///
    /// @throws IllegalStateException if it is inside of one
    public void checkOutside() {
        Turn turn = Turn.bound();
        if (turn != null) {
            throw new IllegalStateException(
                    "this waits for objects, so it cannot be called inside of %s; call it from a"
                                    .formatted(turn.activation())
                            + " thread that is in no object");
        }
    }

    /// Ends the node's own threads.
    public void close() {
        timers.close();
        sockets.close();
    }
}
