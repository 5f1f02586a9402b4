package dev.durableobjects.internal.engine;

import dev.durableobjects.Callback;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.internal.gate.InputGate;
import dev.durableobjects.internal.gate.Latch;
import dev.durableobjects.internal.socket.Outlet;
import dev.durableobjects.internal.storage.Host;
import dev.durableobjects.internal.storage.Log;
import dev.durableobjects.internal.storage.ObjectDatabase;
import dev.durableobjects.spi.CommitFailedException;
import dev.durableobjects.sql.SqlPolicy;
import dev.durableobjects.sql.SqlStorageException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One object in memory: the application's instance, its gates, its database and its sockets.
///
/// The thread of a caller runs an event itself while it holds the input gate. At the end of the
/// event it commits, leaves the gate, and waits outside until the commit is durable; the next event
/// is already running then. When something happens after which memory and disk may differ, the
/// activation is *broken*: nobody enters any more, nothing held leaves, and the next call makes a
/// new one from what is durable. The DESIGN.md of this module has the states. Safe for use by many
/// threads.
final class Activation implements Host {

    private static final long NOT_COMMITTED = Long.MIN_VALUE;

    private final Node node;
    private final ObjectClass<?> type;
    private final DurableObjectId id;
    private final Consumer<Activation> onClosed;
    private final InputGate gate;
    private final ObjectDatabase database;
    private final Outbox outbox;
    private final Instance instance;
    private final Breakage breakage = new Breakage();
    private final Sockets sockets;
    private final Pins pins;
    private final ObjectTimers timers = new ObjectTimers(this);
    private final LogCheckpoint checkpoints = new LogCheckpoint(this);
    private final AtomicBoolean closing = new AtomicBoolean();
    private final Latch closed;

    // Written inside the input gate, read by any thread.
    private volatile long lastUsed;
    private volatile boolean leaving;

    /// Makes an activation; its first event makes the instance.
    ///
    /// @param onClosed told when the files are closed and a new activation may follow
    Activation(
            Node node,
            ObjectClass<?> type,
            DurableObjectId id,
            Env env,
            Sockets sockets,
            Consumer<Activation> onClosed) {
        this.node = node;
        this.type = type;
        this.id = id;
        this.sockets = sockets;
        this.onClosed = onClosed;
        this.pins = new Pins(node.limits().get(Limit.PINS_PER_OBJECT));
        this.gate = new InputGate(node.waiting(), node.limits().get(Limit.QUEUED_EVENTS));
        this.database =
                new ObjectDatabase(
                        node.directory().file(type.uniqueKey(), id),
                        node.directory().journaling(node.history(), type.uniqueKey(), id),
                        this,
                        node.limits(),
                        node.waiting());
        this.outbox = new Outbox(node, id, database);
        this.instance = new Instance(this, type, env, database);
        this.closed = new Latch(node.waiting());
        this.lastUsed = node.waiting().nanoTime();
    }

    DurableObjectId id() {
        return id;
    }

    Node node() {
        return node;
    }

    InputGate gate() {
        return gate;
    }

    Instance instance() {
        return instance;
    }

    ObjectDatabase database() {
        return database;
    }

    Breakage breakage() {
        return breakage;
    }

    Sockets sockets() {
        return sockets;
    }

    Pins pins() {
        return pins;
    }

    ObjectTimers timers() {
        return timers;
    }

    LogCheckpoint checkpoints() {
        return checkpoints;
    }

    Latch closed() {
        return closed;
    }

    long lastUsed() {
        return lastUsed;
    }

    /// Takes a place in the order of events.
    ///
    /// @throws DurableObjectException if too many wait
    InputGate.Ticket request() {
        try {
            return gate.request(Turn.sectionOf(this));
        } catch (RejectedExecutionException e) {
            throw new DurableObjectException(
                    Kind.OVERLOADED,
                    id,
                    "Durable Object is overloaded. Too many requests queued.",
                    e);
        }
    }

    /// Runs an event on the calling thread, which has entered with this turn, and leaves.
    ///
    /// @return its result, once everything it depends on is durable
    /// @throws X what the event throws, once everything it wrote is durable
    /// @throws DurableObjectException if the object broke meanwhile
    <R extends @Nullable Object, X extends Exception> R run(Turn turn, Event<R, X> event) throws X {
        R result;
        try {
            result = turn.run(event);
        } catch (Throwable failure) {
            boolean isReason = (!finishTurn() || !leaving) && breakage.checkInsteadOf(failure);
            Failures.mark(failure, isReason ? Kind.ABORTED : Kind.THROWN, id);
            throw failure;
        }
        if (!finishTurn() || !leaving) {
            breakage.check();
        }
        return result;
    }

    /// Returns the turn of the calling thread.
    ///
    /// @throws IllegalStateException if the thread is not inside
    Turn turn() {
        check();
        Turn turn = Turn.bound();
        if (turn == null) {
            throw new IllegalStateException("a thread is inside of " + this + " without a turn");
        }
        return turn;
    }

    /// Refuses everything of the object to everybody but the thread that is inside.
    @Override
    public void check() {
        breakage.check();
        if (!gate.isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    ("%s: its storage and sockets may be used by its own events only, on their"
                                    + " thread; %s.")
                            .formatted(this, Turn.insteadOf(this)));
        }
    }

    @Override
    public void admitFile() {
        type.admitter().admit();
    }

    @Override
    public InstantSource clock() {
        return node.clock();
    }

    @Override
    public void admitSchedule(String name) {
        instance.checkHas(AlarmRun.handler(name));
    }

    @Override
    public SqlPolicy sqlPolicy() {
        return type.sqlPolicy();
    }

    @Override
    public <R extends @Nullable Object, X extends Exception> R exclusively(Callback<R, X> body)
            throws X {
        return CriticalSections.run(this, CriticalSections.TRANSACTION_TOO_LONG, body);
    }

    @Override
    public boolean isDurable() {
        return outbox.isDurable();
    }

    @Override
    public void awaitDurable() {
        awaitDurable(outbox.end());
        breakage.check();
    }

    @Override
    public void settle() {
        check();
        database.checkMayWait();
        awaitDurable(commit());
        breakage.check();
    }

    @Override
    public void sync() {
        settle();
        database.checkMaySync();
        awaitDurable();
    }

    /// Lets other events in while the body runs, then comes back behind them.
    <R extends @Nullable Object, X extends Exception> R outside(Callback<R, X> body) throws X {
        Turn turn = turn();
        settle();
        gate.goOut();
        try {
            return body.run();
        } finally {
            comeBack(turn);
        }
    }

    /// Lets other events in for so long, or until the activation has broken: then nothing is left
    /// to come back to.
    void sleep(long nanos) {
        this.<Boolean, RuntimeException>outside(
                () -> closed.awaitUntil(node.waiting().nanoTime() + nanos));
    }

    /// Comes back after [InputGate#goOut].
    ///
    /// @throws DurableObjectException if the object broke meanwhile
    void comeBack(Turn turn) {
        gate.comeBack(turn.section());
        breakage.check();
    }

    /// Returns what lets effects of the event out at its end.
    Outlet outlet() {
        check();
        return outbox;
    }

    @Override
    public void checkpointSoon() {
        checkpoints.runSoon();
    }

    /// Breaks the activation; the first reason counts. Any thread may do it.
    void breakDown(Kind kind, String message, @Nullable Throwable cause) {
        if (begin(kind, message, cause)) {
            outbox.drop();
            node.waiting().start("durable-object-close", this::abandon);
        }
    }

    /// Breaks an activation that takes too long to leave memory. What runs in it is lost, but not
    /// its sockets, and not what events before have committed and sent.
    void cutShort(Kind kind, String message) {
        if (begin(kind, message, null)) {
            node.waiting().start("durable-object-close", this::closeFiles);
        }
    }

    private boolean begin(Kind kind, String message, @Nullable Throwable cause) {
        DurableObjectException why = new DurableObjectException(kind, id, message, cause);
        boolean isFirst = breakage.begin(why, Failures.blame(why, database.critical()));
        if (isFirst) {
            gate.close();
            database.stop();
        }
        return isFirst;
    }

    /// Breaks the activation because of a commit that failed.
    void breakDown(CommitFailedException e) {
        breakDown(e.isTimeout() ? Kind.TIMED_OUT : Kind.RESET, "" + e.getMessage(), e);
    }

    /// On a thread of its own: closing connections and files takes its time.
    private void abandon() {
        try {
            sockets.abort();
        } finally {
            closeFiles();
        }
    }

    boolean isBroken() {
        return breakage.isBroken();
    }

    /// Says that this activation ends in order. Whoever waits for it is served by the next one,
    /// also if its `preShutdown` breaks it now.
    void leave() {
        leaving = true;
    }

    /// Throws the reason of a break to a caller that was not served, if there was one.
    void checkUnserved() {
        if (!leaving) {
            breakage.check();
        }
    }

    /// Closes the files of an activation that nobody can enter any more. An orderly end and a break
    /// may meet; the first does it.
    void closeFiles() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        timers.cancelAll();
        boolean isDurable = outbox.seal();
        try {
            if (!isDurable) {
                sockets.abort(); // What they were sent may be lost, too.
            }
            database.close(isDurable ? Log.KEPT : Log.DISCARDED);
        } catch (SqlStorageException | UncheckedIOException e) {
            Failures.warn(this + ": closing its database failed", e);
        } finally {
            onClosed.accept(this);
            closed.open();
        }
    }

    /// Returns whether everything that the event depends on is durable.
    private boolean finishTurn() {
        if (!gate.isHeldByCurrentThread()) {
            return false; // The way back in was closed.
        }
        long end = commit(); // It throws nothing.
        lastUsed = node.waiting().nanoTime();
        gate.leave();
        return end != NOT_COMMITTED && awaitDurable(end);
    }

    private long commit() {
        if (breakage.isBroken()) {
            outbox.discard();
            return NOT_COMMITTED;
        }
        try {
            return outbox.commit();
        } catch (RuntimeException | Error e) { // Whatever it is, nobody knows what was committed.
            breakDown(Failures.kindOf(e), Failures.rolledBack(e), e);
            return NOT_COMMITTED;
        }
    }

    private boolean awaitDurable(long end) {
        try {
            outbox.awaitDurable(end);
            return true;
        } catch (CommitFailedException e) {
            breakDown(e);
            return false;
        }
    }

    @Override
    public String toString() {
        return type.nameOf(id);
    }
}
