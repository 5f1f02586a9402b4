package dev.durableobjects.internal.engine;

import dev.durableobjects.AlarmInvocationInfo;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.internal.engine.AlarmPlaces.Place;
import dev.durableobjects.internal.storage.ObjectSchedules;
import dev.durableobjects.internal.storage.ScheduleTable;
import dev.durableobjects.internal.storage.ScheduleTable.Row;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One run of what is due first in an object: its alarm or a schedule.
///
/// The run is an event. What it was for is deleted in its last commit, so a crash before that is
/// durable repeats it, and one after does not. A failure is counted in the same place: by the event
/// itself if the object still stands, or by another event that needs no instance. Used by one
/// thread.
final class AlarmRun {

    private static final System.Logger LOGGER = System.getLogger(AlarmRun.class.getName());

    /// As workerd's alarm-scheduler.c++.
    private static final int RETRIES_MAX = 6;

    private static final String TOO_LONG =
            "The run of an alarm or a schedule took too long, and the Durable Object was reset.";

    private final Node node;
    private final ObjectDirectory objects;
    private final ObjectClass<?> type;
    private final DurableObjectId id;
    private final Env env;
    private final AlarmCounters counters;

    // What the run has come to, for the event that counts its failure.
    private @Nullable Activation activation;
    private @Nullable Row row;

    /// What runs, in the words of the log; empty until something is found to be due.
    private String what = "";

    /// What is still to be counted, null if nothing.
    private @Nullable Failure failure;

    private enum Failure {
        /// It failed, and may be repeated.
        REPEATABLE,
        /// It failed, and its object has said that it must not be repeated.
        FINAL
    }

    AlarmRun(
            Node node,
            ObjectDirectory objects,
            ObjectClass<?> type,
            DurableObjectId id,
            Env env,
            AlarmCounters counters) {
        this.node = node;
        this.objects = objects;
        this.type = type;
        this.id = id;
        this.env = env;
        this.counters = counters;
    }

    /// Returns what runs when a schedule of this name is due.
    static Handler handler(String name) {
        return name.equals(ScheduleTable.ALARM) ? Handler.ALARM : Handler.SCHEDULED;
    }

    /// Runs it, on the calling thread; if it has failed already, only that is counted.
    ///
    /// @param place given back while it waits for its turn
    /// @return whether this run is settled. If not, the application is not to blame: try again
    ///   later
    boolean perform(Place place) {
        Failure before = failure;
        if (before != null) {
            return count(place, before);
        }
        try {
            return objects.call(type, id, env, new Run(place));
        } catch (Throwable thrown) {
            Activation reached = activation;
            if (reached == null || what.isEmpty()) {
                return hasOnlyWaited(thrown);
            }
            activation = null; // It may be kept for long.
            Failure how = failure(reached, thrown, what);
            failure = how;
            return how != null && count(place, how);
        }
    }

    /// Returns whether it has failed and that is not counted yet: who forgets it repeats the run.
    boolean isUncounted() {
        return failure != null && row != null;
    }

    /// Returns whether it waited behind an event that reset the object: the next instance is there
    /// for it at once. That ends, for who does not wait has an instance of its own.
    private boolean hasOnlyWaited(Throwable thrown) {
        LOGGER.log(System.Logger.Level.DEBUG, "%s was not woken".formatted(id), thrown);
        return activation == null
                && thrown instanceof DurableObjectException known
                && known.durableObjectReset();
    }

    /// @return null if the application is not to blame
    private static @Nullable Failure failure(Activation reached, Throwable thrown, String what) {
        boolean isOfNode = reached.breakage().isFaultOfNode();
        String outcome = isOfNode ? "has failed by a fault of the node" : "has failed";
        Failures.warn("%s: a run of %s %s".formatted(reached, what, outcome), thrown);
        if (reached.breakage().dropsAlarm()) {
            return Failure.FINAL;
        }
        return isOfNode ? null : Failure.REPEATABLE;
    }

    private boolean count(Place place, Failure how) {
        try {
            boolean isSettled = objects.call(type, id, env, new Count(place, how));
            failure = null;
            return isSettled;
        } catch (RuntimeException | Error thrown) {
            LOGGER.log(System.Logger.Level.DEBUG, "%s: not counted".formatted(id), thrown);
            return false;
        }
    }

    /// An event that has its place only while it does not wait for its turn.
    private abstract static class Placed<X extends Exception> implements Event<Boolean, X> {

        private final Place place;

        Placed(Place place) {
            this.place = place;
        }

        @Override
        public void waits() {
            place.giveBack();
        }

        @Override
        public Boolean run(Activation entered) throws X {
            place.takeBack();
            return act(entered);
        }

        abstract boolean act(Activation entered) throws X;
    }

    /// The event that runs the handler. It makes no instance if nothing is due.
    private final class Run extends Placed<Exception> {

        Run(Place place) {
            super(place);
        }

        @Override
        boolean act(Activation entered) throws Exception {
            activation = entered;
            Optional<Row> first = due(entered);
            if (first.isEmpty() || isLeftBehind(entered, first.get())) {
                return false;
            }
            what = what(first.get());
            DurableObject object = entered.instance().get();
            Optional<Row> due = due(entered); // The constructor may have set it anew.
            if (due.isPresent()) {
                row = due.get();
                what = what(due.get());
                handle(entered, object, due.get());
            }
            return true;
        }
    }

    /// Counts a failure that broke the object.
    private final class Count extends Placed<RuntimeException> {

        private final Failure how;

        Count(Place place, Failure how) {
            super(place);
            this.how = how;
        }

        @Override
        boolean act(Activation entered) {
            Row failed = row;
            Optional<Row> counted = failed == null ? due(entered) : Optional.of(failed);
            counted.ifPresent(one -> end(table(entered), one, how));
            return counted.isPresent() && !due(entered).equals(counted);
        }
    }

    private static String what(Row due) {
        return due.name().equals(ScheduleTable.ALARM)
                ? "its alarm"
                : "its schedule '%s'".formatted(due.name());
    }

    private static ScheduleTable table(Activation entered) {
        entered.instance().restore();
        return entered.database().schedules().table();
    }

    private Optional<Row> due(Activation entered) {
        return table(entered).due(node.clock().millis());
    }

    /// Without a pause, a run that changes nothing would be repeated as fast as the node can.
    private static boolean isLeftBehind(Activation entered, Row due) {
        boolean isSame = table(entered).isLeftBehind(due);
        if (isSame) {
            Failures.warn(
                    "%s: %s is due as before its run; it waits".formatted(entered, what(due)),
                    null);
        }
        return isSame;
    }

    private void handle(Activation entered, DurableObject object, Row due) throws Exception {
        ScheduleTable table = table(entered);
        if (!handler(due.name()).isIn(object.getClass())) {
            Failures.warn("%s has no handler for %s; it is deleted".formatted(entered, what), null);
            counters.addGivenUp();
            entered.database().endClients();
            table.drop(due);
            return;
        }
        table.begin(due);
        counters.addRun();
        try (Timers.Deadline _ =
                node.limit(
                        Limit.ALARM_SECONDS,
                        () -> entered.breakDown(Kind.TIMED_OUT, TOO_LONG, null))) {
            invoke(object, due);
            entered.database().endClients();
            table.done(due, node.clock().millis());
        } catch (Throwable thrown) {
            if (entered.isBroken()) {
                throw thrown;
            }
            Failures.warn("%s: a run of %s has failed".formatted(entered, what), thrown);
            entered.database().endClients();
            end(table, due, Failure.REPEATABLE);
        } finally {
            table.end();
        }
    }

    private static void invoke(DurableObject object, Row due) throws Exception {
        if (due.name().equals(ScheduleTable.ALARM)) {
            object.alarm(info(due));
        } else {
            object.scheduled(ObjectSchedules.schedule(due));
        }
    }

    /// Returns what a handler is told of its run.
    static AlarmInvocationInfo info(Row due) {
        return new AlarmInvocationInfo(
                Instant.ofEpochMilli(due.scheduledAt()), due.retries() > 0, due.retries());
    }

    /// Lets it run again later, or gives it up; an interval goes on.
    private void end(ScheduleTable table, Row due, Failure how) {
        long now = node.clock().millis();
        if (how == Failure.REPEATABLE && due.retries() < RETRIES_MAX) {
            table.retry(due, now + Backoff.millis(due.retries(), node.random()));
            counters.addFailure();
            return;
        }
        table.done(due, now);
        counters.addFailure();
        counters.addGivenUp();
        String outcome = due.isPeriodic() ? "goes on with its next time" : "is given up";
        Failures.warn(
                "%s: %s %s after run %d"
                        .formatted(type.nameOf(id), what(due), outcome, due.retries() + 1),
                null);
    }
}
