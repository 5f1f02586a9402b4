package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.Env;
import dev.durableobjects.internal.storage.ObjectDatabase;
import dev.durableobjects.internal.storage.ObjectStorage;
import dev.durableobjects.spi.CommitFailedException;
import dev.durableobjects.spi.CommitLog;
import org.jspecify.annotations.Nullable;

/// The instance of the application's class in an activation, made by its first event. Only the
/// thread that is inside of the object's input gate may use it.
final class Instance {

    private final Activation activation;
    private final ObjectClass<?> type;
    private final Env env;
    private final ObjectStorage storage;

    // Guarded by the input gate.
    private @Nullable DurableObject made;
    private boolean constructing;
    private boolean isRestored;

    Instance(Activation activation, ObjectClass<?> type, Env env, ObjectDatabase database) {
        this.activation = activation;
        this.type = type;
        this.env = env;
        this.storage = new ObjectStorage(database);
    }

    /// Returns the instance, and makes it first if there is none.
    DurableObject get() {
        DurableObject object = made;
        if (object == null) {
            object = construct();
            made = object;
        }
        return object;
    }

    /// Lets the database become what is to be restored. It must be called before the database is
    /// used. What cannot be restored now resets the object, so that its next start tries again.
    ///
    /// @throws DurableObjectException if the object is broken
    void restore() {
        if (isRestored) {
            return;
        }
        CommitLog log = activation.node().log();
        try {
            log.awaitDurable(CommitLog.START); // A log that has failed vouches for nothing.
            storage.restoreIfPending(log);
            isRestored = true;
        } catch (CommitFailedException e) {
            activation.breakDown(e);
        } catch (RuntimeException | Error e) {
            activation.breakDown(Kind.RESET, "the object cannot be restored: " + e.getMessage(), e);
        }
        activation.breakage().check();
    }

    /// Returns whether the next start restores the database.
    boolean isToBeRestored() {
        return storage.isToBeRestored();
    }

    /// Returns whether there is one whose class has something to do before it leaves.
    boolean hasLastWord() {
        return made != null && Handler.PRE_SHUTDOWN.isIn(made.getClass());
    }

    /// Refuses to set what its class could not run. In the constructor there is none yet: then the
    /// run finds it out.
    ///
    /// @throws IllegalStateException if it does not have the handler
    void checkHas(Handler handler) {
        if (made != null) {
            handler.check(made.getClass());
        }
    }

    private DurableObject construct() {
        if (constructing) {
            throw new IllegalStateException(
                    "a call by the constructor of %s came back to it before it was made"
                            .formatted(activation));
        }
        constructing = true;
        restore();
        return CriticalSections.<DurableObject, RuntimeException>run(
                activation, () -> type.create(new ObjectState(activation, type, storage), env));
    }
}
