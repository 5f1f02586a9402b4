package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.internal.gate.InputGate;
import dev.durableobjects.internal.gate.OutputGate;
import dev.durableobjects.internal.storage.ObjectDatabase;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.CommitFailedException;
import dev.durableobjects.spi.CommitLog;
import dev.durableobjects.sql.SqlStorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One object in memory: the application's instance, its gates, its database and its sockets.
///
/// The thread of a caller runs an event itself while it holds the input gate. At the end of the
/// event it commits, leaves the gate, and waits outside until the commit is durable; the next event
/// is already running then. When something happens after which memory and disk may differ, the
/// activation is *broken*: nobody enters any more, nothing held leaves, and the next call makes a
/// new one from what is durable. Safe for use by many threads; fields say what guards them.
final class Activation {

    private static final System.Logger LOGGER = System.getLogger(Activation.class.getName());

    private final Node node;
    private final ObjectClass<?> type;
    private final DurableObjectId id;
    private final Env env;
    private final InputGate gate;
    private final OutputGate output = new OutputGate();
    private final Sockets sockets = new Sockets();
    private final AtomicReference<@Nullable DurableObjectException> broken =
            new AtomicReference<>();

    // Guarded by the input gate.
    private @Nullable DurableObject instance;
    private List<Runnable> effects = new ArrayList<>();
    private boolean isFirstCommit;

    // Written inside the input gate, read by any thread.
    private volatile @Nullable ObjectDatabase database;
    private volatile long position = CommitLog.START;

    Activation(Node node, ObjectClass<?> type, DurableObjectId id, Env env) {
        this.node = node;
        this.type = type;
        this.id = id;
        this.env = env;
        this.gate = new InputGate(node.waiting(), node.limits().get(Limit.QUEUED_EVENTS));
    }

    DurableObjectId id() {
        return id;
    }

    Node node() {
        return node;
    }

    Sockets sockets() {
        return sockets;
    }

    /// Takes a place in the order of events.
    ///
    /// @throws DurableObjectException if too many wait
    InputGate.Ticket request() {
        try {
            return gate.request();
        } catch (RejectedExecutionException e) {
            throw new DurableObjectException(
                    Kind.OVERLOADED,
                    id,
                    "Durable Object is overloaded. Too many requests queued.",
                    e);
        }
    }

    /// Runs an event on the calling thread, which has entered, and leaves.
    ///
    /// @return its result, once everything it depends on is durable
    /// @throws X what the event throws, once everything it wrote is durable
    /// @throws DurableObjectException if the object broke meanwhile
    <R extends @Nullable Object, X extends Exception> R run(int depth, Event<R, X> event) throws X {
        R result;
        try {
            result = new Turn(this, depth).run(event);
        } catch (Throwable failure) {
            finishTurn();
            throwIfBroken(failure);
            throw failure;
        }
        finishTurn();
        throwIfBroken(null);
        return result;
    }

    /// Returns the application's instance, made by the first event of this activation.
    DurableObject instance() {
        DurableObject object = instance;
        if (object == null) {
            object = construct();
            instance = object;
        }
        return object;
    }

    /// Returns whether the calling thread is inside.
    boolean isHeld() {
        return gate.isHeldByCurrentThread();
    }

    /// Refuses storage to everybody but the thread that is inside.
    void check() {
        throwIfBroken(null);
        if (!isHeld()) {
            throw new IllegalStateException(
                    ("%s: its storage may be used by its own events only, on their thread; this is"
                                    + " thread '%s'. Call a method of the object instead.")
                            .formatted(this, Thread.currentThread().getName()));
        }
    }

    /// Ends a stretch of the event before an outgoing call: commits, and waits until it is durable.
    void settle() {
        check();
        ObjectDatabase open = database;
        if (open != null && open.isInTransaction()) {
            throw new IllegalStateException(
                    "the body of transactionSync may not call other objects: the call would let"
                            + " other events in; call before or after it");
        }
        awaitDurable(commit());
        throwIfBroken(null);
    }

    /// Lets other events in while the thread is elsewhere.
    void leave() {
        gate.leave();
    }

    /// Comes back after [#leave], behind the events that have come meanwhile.
    void reenter() {
        if (!gate.requestAgain().await()) {
            throwIfBroken(null);
            throw new DurableObjectException(Kind.CLOSED, id, this + " was closed", null);
        }
    }

    /// Lets an effect out at the end of the event, or, from outside of one, as soon as what was
    /// written before is durable.
    void release(Runnable effect) {
        if (isHeld()) {
            effects.add(effect);
            return;
        }
        long written = position;
        output.hold(written, List.of(effect));
        awaitDurable(written);
    }

    /// Ends the activation without a break: waits for the events that are inside or queued.
    ///
    /// @param deadline when to stop waiting and break it, a time of the engine's waiting
    void close(long deadline) {
        if (!gate.requestAgain().awaitUntil(deadline)) {
            breakDown("the runtime is shutting down and did not wait any longer", null);
            return;
        }
        gate.close();
        gate.leave();
        awaitDurable(position);
        closeDatabase();
    }

    /// Breaks the activation; the first reason counts. Any thread may do it.
    void breakDown(String message, @Nullable Throwable cause) {
        if (broken.compareAndSet(
                null, new DurableObjectException(Kind.RESET, id, message, cause))) {
            gate.close();
            output.breakOpen();
            sockets.abort();
            closeDatabase();
        }
    }

    /// Returns whether the activation can take no events any more.
    boolean isBroken() {
        return broken.get() != null;
    }

    /// Throws the reason of a break, if there was one.
    ///
    /// @param failure what the event itself threw; it is the reason if the constructor threw it
    @SuppressWarnings("ReferenceEquality") // Whether it is the same failure is the question.
    void throwIfBroken(@Nullable Throwable failure) {
        DurableObjectException reason = broken.get();
        if (reason == null || (failure != null && reason.getCause() == failure)) {
            return;
        }
        DurableObjectException thrown =
                new DurableObjectException(
                        reason.kind(), id, String.valueOf(reason.getMessage()), reason);
        if (failure != null) {
            thrown.addSuppressed(failure);
        }
        throw thrown;
    }

    private DurableObject construct() {
        try {
            node.log().awaitDurable(CommitLog.START);
            ObjectDatabase opened =
                    ObjectDatabase.open(
                            node.directory().file(type.uniqueKey(), id),
                            this::check,
                            node.limits());
            database = opened;
            isFirstCommit = opened.isNew();
            return type.create(new ObjectState(this, opened), env);
        } catch (Throwable failure) {
            breakDown(
                    "the constructor of %s failed: %s".formatted(this, failure.getMessage()),
                    failure);
            throw failure;
        }
    }

    private void finishTurn() {
        long end;
        try {
            end = commit();
        } finally {
            gate.leave();
        }
        awaitDurable(end);
    }

    /// Commits what was written, and holds what was sent behind it.
    ///
    /// @return the position that must be durable before anything leaves
    private long commit() {
        List<Runnable> sent = effects;
        effects = new ArrayList<>();
        ObjectDatabase open = database;
        if (isBroken() || open == null) {
            return CommitLog.START;
        }
        try {
            if (open.commit()) {
                position = node.log().append(new Commit(id, open.wal(), isFirstCommit));
                isFirstCommit = false;
            }
        } catch (SqlStorageException | CommitFailedException e) {
            breakDown("the commit of %s failed: %s".formatted(this, e.getMessage()), e);
            return CommitLog.START;
        }
        if (!sent.isEmpty()) {
            output.hold(position, sent);
        }
        return position;
    }

    private void awaitDurable(long end) {
        try {
            node.log().awaitDurable(end);
            output.open(end);
        } catch (CommitFailedException e) {
            breakDown(String.valueOf(e.getMessage()), e);
        }
    }

    private void closeDatabase() {
        ObjectDatabase open = database;
        database = null;
        if (open != null) {
            try {
                open.close();
            } catch (SqlStorageException e) {
                LOGGER.log(System.Logger.Level.WARNING, this + ": closing its database failed", e);
            }
        }
    }

    @Override
    public String toString() {
        return type.binding().name() + " " + id.name().orElse(id.toString());
    }
}
