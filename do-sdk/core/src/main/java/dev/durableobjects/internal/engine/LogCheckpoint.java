package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.internal.journal.Checkpointer;
import dev.durableobjects.spi.CommitFailedException;
import dev.durableobjects.sql.SqlStorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// Moves what an object has committed from the log of its database into the database, as an event
/// of its own. Safe for use by many threads.
final class LogCheckpoint {

    private static final System.Logger LOGGER = System.getLogger(LogCheckpoint.class.getName());

    private final Activation activation;
    private final AtomicBoolean isUnderWay = new AtomicBoolean();

    LogCheckpoint(Activation activation) {
        this.activation = activation;
    }

    /// Waits for its turn, and does it.
    ///
    /// @param use gets the file of the database then
    /// @return false if the database is not open
    /// @throws DurableObjectException if nobody can enter any more
    boolean run(Checkpointer.Use use) throws IOException {
        if (!activation.gate().requestAlways(null).await()) {
            throw new DurableObjectException(
                    Kind.RESET, activation.id(), activation + " has left memory", null);
        }
        Optional<FileChannel> file;
        try {
            activation.awaitDurable(); // What is not durable must not get into the file.
            file = copy();
            if (file.isPresent() && use.isStill()) {
                use.run(file.get());
            }
        } finally {
            activation.gate().leave();
        }
        if (file.isPresent() && !use.isStill()) {
            use.run(file.get());
        }
        return file.isPresent();
    }

    private Optional<FileChannel> copy() {
        try {
            return activation.database().checkpoint();
        } catch (SqlStorageException e) {
            if (activation.database().isCritical()) {
                activation.breakDown(Failures.kindOf(e), Failures.rolledBack(e), e);
            }
            throw e;
        }
    }

    /// Does it before long, on a thread of its own.
    void runSoon() {
        if (isUnderWay.compareAndSet(false, true)) {
            activation.node().waiting().start("durable-log-checkpoint", this::runNow);
        }
    }

    private void runNow() {
        try {
            run(file -> {});
        } catch (DurableObjectException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "the object ends, and its log with it", e);
        } catch (SqlStorageException | CommitFailedException | IOException e) {
            Failures.warn(activation + ": its log was not moved into its database", e);
        } finally {
            isUnderWay.set(false);
        }
    }
}
