package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.internal.engine.AlarmPlaces.Place;
import dev.durableobjects.internal.storage.ObjectIndex;
import dev.durableobjects.internal.storage.ObjectIndex.Due;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Wakes objects whose alarm or schedule is due.
///
/// One thread keeps the index of objects up to date, reads from it who is due, and starts a thread
/// for each that has a place; the rest waits in the index. A clock that is set back only delays,
/// and so does an index that cannot be used: it is tried again each second. Safe for use by many
/// threads.
public final class AlarmScheduler implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(AlarmScheduler.class.getName());

    /// How long a jump of the clock may go unnoticed.
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Node node;
    private final ObjectDirectory objects;
    private final ObjectIndex index;
    private final Map<String, ObjectClass<?>> classes = new HashMap<>();
    private final Env env;
    private final int runningMax;
    private final int uncountedMax;
    private final AlarmPlaces places;

    /// Those who have a thread or are put off, so that nobody is woken twice.
    private final Set<DurableObjectId> woken = ConcurrentHashMap.newKeySet();

    private final AlarmCounters counters = new AlarmCounters();

    /// Those who could not be woken, until the index knows.
    private final Queue<Delayed> delayed = new ConcurrentLinkedQueue<>();

    /// Runs that have failed and could not be counted, by their objects, at most as many as objects
    /// may be in memory: what is not kept is run again, as after a restart.
    private final Map<DurableObjectId, AlarmRun> uncounted = new ConcurrentHashMap<>();

    private final AtomicBoolean isNews = new AtomicBoolean();

    /// Null before the start.
    private volatile @Nullable Thread thread;

    private volatile boolean closed;

    /// Why nobody is woken, empty if somebody may be. Only the watching thread writes it.
    private volatile String failure = "";

    /// Makes a scheduler that wakes nobody before its start.
    ///
    /// @param index says when
    /// @param classes of the objects that may be woken
    public AlarmScheduler(
            Node node,
            ObjectDirectory objects,
            ObjectIndex index,
            List<ObjectClass<?>> classes,
            Env env) {
        this.node = node;
        this.objects = objects;
        this.index = index;
        this.env = env;
        this.runningMax = node.limits().get(Limit.ALARMS_RUNNING);
        this.uncountedMax = node.limits().get(Limit.LIVE_OBJECTS);
        this.places = new AlarmPlaces(runningMax, this::look);
        classes.forEach(type -> this.classes.put(type.uniqueKey(), type));
    }

    /// Begins to wake objects. Whatever an event needs must be ready.
    public void start() {
        thread = node.waiting().start("durable-alarms", this::watch);
        index.onNews(this::look);
        look(); // Nobody told it of what came before.
    }

    /// Returns why nobody is woken now, empty if nothing is in the way.
    public String failure() {
        return failure;
    }

    /// Returns what is counted.
    public AlarmCounters counters() {
        return counters;
    }

    /// Wakes nobody any more. Runs that have begun go on.
    @Override
    public void close() {
        closed = true;
        look();
    }

    private void look() {
        isNews.set(true);
        Thread watching = thread;
        if (watching != null) {
            node.waiting().unpark(watching);
        }
    }

    private void watch() {
        while (!closed) {
            isNews.set(false);
            long nanos = LOOK_NANOS;
            try {
                nanos = startDue();
                noteSuccess();
            } catch (RuntimeException | Error e) { // Nobody else wakes anybody.
                noteFailure(e);
            }
            if (!isNews.get()) { // SQLite may have used up the permit to go on.
                node.waiting().parkNanos(this, nanos);
            }
        }
    }

    private void noteFailure(Throwable e) {
        if (failure.isEmpty()) {
            Failures.warn("the index of objects cannot be used; nobody is woken meanwhile", e);
        }
        failure = e.toString();
    }

    private void noteSuccess() {
        if (!failure.isEmpty()) {
            failure = "";
            LOGGER.log(System.Logger.Level.INFO, "the index of objects can be used again");
        }
    }

    /// @return how long the thread may sleep
    private long startDue() {
        index.apply();
        putOff();
        long now = node.clock().millis();
        for (Due due : due(now)) {
            if (places.areTaken()) {
                return LOOK_NANOS;
            }
            if (woken.add(due.id())) {
                begin(due);
            }
        }
        long millis = next(now) - now;
        return Math.min(LOOK_NANOS, TimeUnit.MILLISECONDS.toNanos(Math.min(millis, LOOK_NANOS)));
    }

    private void putOff() {
        for (Delayed one = delayed.peek(); one != null; one = delayed.peek()) {
            index.postpone(one.due(), one.until());
            delayed.remove();
            woken.remove(one.due().id());
        }
    }

    private void begin(Due due) {
        Place place = places.take();
        boolean isBegun = false;
        try {
            node.waiting().start("durable-alarm", () -> wake(due, place));
            isBegun = true;
        } finally {
            if (!isBegun) {
                woken.remove(due.id());
                place.giveBack();
            }
        }
    }

    /// Those who have been woken already may all be among the first.
    private List<Due> due(long now) {
        List<Due> due = new ArrayList<>();
        int max = woken.size() + runningMax;
        for (String namespace : classes.keySet()) {
            due.addAll(index.due(namespace, now, max));
        }
        due.sort(Comparator.comparingLong(Due::tryAt));
        return due;
    }

    private long next(long now) {
        return classes.keySet().stream()
                .map(namespace -> index.next(namespace, now))
                .flatMap(Optional::stream)
                .mapToLong(Long::longValue)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private void wake(Due due, Place place) {
        boolean isDone = false;
        try {
            AlarmRun kept = uncounted.remove(due.id());
            AlarmRun run = kept == null ? run(due) : kept;
            isDone = run.perform(place);
            if (run.isUncounted() && uncounted.size() < uncountedMax) {
                uncounted.put(due.id(), run);
            }
        } finally {
            if (isDone) {
                woken.remove(due.id());
            } else if (!closed) {
                long delay = Backoff.millis(due.tries(), node.random());
                delayed.add(new Delayed(due, node.clock().millis() + delay));
            }
            place.giveBack();
            look();
        }
    }

    private AlarmRun run(Due due) {
        ObjectClass<?> type = Objects.requireNonNull(classes.get(due.namespace()));
        return new AlarmRun(node, objects, type, due.id(), env, counters);
    }

    private record Delayed(Due due, long until) {}
}
