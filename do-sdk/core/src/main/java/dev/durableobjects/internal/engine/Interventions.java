package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Changes an object from outside: the change is prepared between two events, then the object is
/// reset as by `abort` and starts with it.
///
/// No step needs an instance, so no code of an application runs. Safe for use by many threads.
public final class Interventions {

    /// How often others may reset the object meanwhile.
    private static final int TRIES = 100;

    private final Node node;
    private final ObjectDirectory objects;
    private final Env env;
    private final Map<String, ObjectClass<?>> classes = new HashMap<>();

    /// Makes the way into the objects of a runtime.
    ///
    /// @param env what objects get
    public Interventions(
            Node node, ObjectDirectory objects, List<ObjectClass<?>> classes, Env env) {
        this.node = node;
        this.objects = objects;
        this.env = env;
        classes.forEach(type -> this.classes.put(type.uniqueKey(), type));
    }

    /// Returns whether the objects of a namespace may be in memory.
    public boolean serves(String uniqueKey) {
        return classes.containsKey(uniqueKey);
    }

    /// Prepares something and resets the object. When it returns, the object has started anew with
    /// what was to be restored. An event that keeps the object for too long is broken off.
    ///
    /// @param why what callers are told whose events are lost
    /// @param change runs inside of the object; if it throws, the object goes on
    /// @throws IllegalStateException if the calling thread is inside of an object
    /// @throws DurableObjectException if the object cannot be reached; if the change was already
    ///   prepared, the object gets it at its next start
    public <R> R run(String uniqueKey, DurableObjectId id, String why, Supplier<R> change) {
        Turn turn = Turn.bound();
        if (turn != null) {
            throw new IllegalStateException(
                    "an object must not be changed from inside of one, and this thread is in "
                            + turn.activation());
        }
        ObjectClass<?> type = Objects.requireNonNull(classes.get(uniqueKey));
        Change<R> event = new Change<>(why, change);
        try (Timers.Deadline _ = node.limit(Limit.COMMIT_SECONDS, () -> objects.reset(id, why))) {
            deliver(type, id, event);
        }
        deliver(type, id, new Start(why));
        return Objects.requireNonNull(event.result);
    }

    private void deliver(ObjectClass<?> type, DurableObjectId id, Once event) {
        for (int i = 1; !event.isDone(); i++) {
            try {
                objects.deliver(type, id, env, event);
            } catch (DurableObjectException e) {
                boolean isOfOthers = e.kind() != Kind.RESET && e.durableObjectReset();
                if (!event.isDone() && !(isOfOthers && i < TRIES)) {
                    throw e;
                }
            }
        }
    }

    /// An event that runs once, in whichever activation it gets into. It needs no instance.
    private abstract static class Once implements Event<Boolean, RuntimeException> {

        private boolean isDone;

        boolean isDone() {
            return isDone;
        }

        @Override
        public Boolean run(Activation entered) {
            entered.instance().restore();
            isDone = act(entered);
            return isDone;
        }

        /// Returns whether it is done; if not, the activation is broken, and the next one tries.
        abstract boolean act(Activation entered);
    }

    /// Prepares the change, and resets the object.
    private static final class Change<R> extends Once {

        private final String why;
        private final Supplier<R> change;
        private @Nullable R result;

        Change(String why, Supplier<R> change) {
            this.why = why;
            this.change = change;
        }

        @Override
        boolean act(Activation entered) {
            result = change.get();
            entered.breakDown(Kind.ABORTED, why, null);
            return true;
        }
    }

    /// Lets the object have what was prepared, if nobody else has come first. An activation that
    /// was there before must go: one may have come when an event was broken off.
    private static final class Start extends Once {

        private final String why;

        Start(String why) {
            this.why = why;
        }

        @Override
        boolean act(Activation entered) {
            boolean isLate = entered.instance().isToBeRestored();
            if (isLate) {
                entered.breakDown(Kind.ABORTED, why, null);
            }
            return !isLate;
        }
    }
}
