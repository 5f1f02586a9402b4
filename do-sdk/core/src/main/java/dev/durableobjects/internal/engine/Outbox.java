package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Limit;
import dev.durableobjects.internal.gate.OutputGate;
import dev.durableobjects.internal.socket.Outlet;
import dev.durableobjects.internal.storage.ObjectDatabase;
import dev.durableobjects.internal.storage.Written;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.CommitFailedException;
import dev.durableobjects.spi.CommitLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What an object's events write and send: committed when an event ends or waits, and held until
/// that is durable.
///
/// Effects and commits belong to the object's thread; the rest may be done by any.
final class Outbox implements Outlet {

    private final CommitLog log;
    private final DurableObjectId id;
    private final ObjectDatabase database;
    private final int bytesMax;
    private final OutputGate gate = new OutputGate();

    // Only the object's thread.
    private List<Runnable> effects = new ArrayList<>();
    private long effectBytes;
    private @Nullable Object part;

    // Guarded by this, so that nothing is committed and not appended when the files close.
    private long position = CommitLog.START;
    private long confirmed = CommitLog.START;
    private boolean sealed;

    /// Whether the database may have committed something that the log does not have.
    private boolean isLost;

    Outbox(Node node, DurableObjectId id, ObjectDatabase database) {
        this.log = node.log();
        this.bytesMax = node.limits().get(Limit.EVENT_OUTPUT_BYTES);
        this.id = id;
        this.database = database;
    }

    @Override
    public Object part() {
        Object known = part == null ? new Object() : part;
        part = known;
        return known;
    }

    @Override
    public void release(int bytes, Runnable effect) {
        if (bytes > 0 && effectBytes + bytes > bytesMax) {
            throw new DurableObjectException(
                    Kind.OVERLOADED,
                    id,
                    "Durable Object is overloaded. An event may send %d bytes of messages."
                            .formatted(bytesMax),
                    null);
        }
        effectBytes += bytes;
        effects.add(effect);
    }

    /// Commits what was written, and holds what was sent behind it.
    ///
    /// @return the position that must be durable before anything leaves: that of the last write
    ///   that is not allowed to be lost
    /// @throws dev.durableobjects.sql.SqlStorageException if the database cannot commit
    /// @throws CommitFailedException if the log has failed
    long commit() {
        long end = append();
        if (database.isInSpanningTransaction()) {
            return CommitLog.START; // The end of the transaction commits, and lets the effects out.
        }
        if (!effects.isEmpty()) {
            gate.hold(end, effects);
            discard();
        }
        return end;
    }

    private synchronized long append() {
        if (sealed) {
            return confirmed;
        }
        isLost = true; // Until the log has it, whatever a COMMIT that fails has done.
        Written written = database.commit();
        if (written != Written.NOTHING) {
            changes().ifPresent(commit -> position = log.append(commit));
        }
        isLost = false;
        if (written == Written.CONFIRMED) {
            confirmed = position;
        }
        return confirmed;
    }

    private Optional<Commit> changes() {
        try {
            return database.changes(id);
        } catch (IOException e) {
            throw CommitFailedException.failed(
                    "what was committed cannot be made durable: " + e.getMessage(), e);
        }
    }

    /// Returns the position of the last commit, confirmed or not.
    synchronized long end() {
        return position;
    }

    /// Returns whether every commit is durable.
    boolean isDurable() {
        return log.durable() >= end();
    }

    /// Forgets what was sent in the part of the event since its last commit.
    void discard() {
        effects = new ArrayList<>();
        effectBytes = 0;
        part = null;
    }

    /// Waits until a position is durable, and lets go what was held for it.
    ///
    /// @throws CommitFailedException if it never will be
    void awaitDurable(long end) {
        log.awaitDurable(end);
        gate.open(end);
    }

    /// Commits nothing any more, and waits until the log is done with everything that was, whatever
    /// became of it: the files may be closed then.
    ///
    /// @return whether everything is durable
    boolean seal() {
        long last = last();
        while (true) {
            try {
                awaitDurable(last); // The next activation's frames leave behind these.
                return !isLost();
            } catch (CommitFailedException e) {
                if (!e.isTimeout()) {
                    return false; // Whoever depends on it was told.
                }
            }
        }
    }

    private synchronized long last() {
        sealed = true;
        return position;
    }

    private synchronized boolean isLost() {
        return isLost;
    }

    /// Drops everything that is held, now and later: nobody sees an effect of a lost write.
    void drop() {
        gate.breakOpen();
    }
}
