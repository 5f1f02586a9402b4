package dev.durableobjects.simulation;

import dev.durableobjects.internal.gate.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// A scheduler that runs one thread at a time and picks the next one by a seed.
///
/// A thread that waits picks the next one itself and hands it the baton, so each seed is one
/// interleaving of everything that happens between two waits, and the same seed gives the same
/// interleaving again. Time moves only when nobody can run. A run that cannot go on although
/// threads are left is a dead-lock and fails.
final class SimulatedWaiting implements Waiting {

    private static final long NEVER = Long.MAX_VALUE;
    private static final int STEPS_MAX = 100_000;
    private static final ThreadLocal<@Nullable Actor> CURRENT = new ThreadLocal<>();

    // Everything is used by the holder of the baton only.
    private final Random random;
    private final List<Actor> actors = new ArrayList<>();
    private final Semaphore over = new Semaphore(0);
    private long now;
    private int steps;
    private int interventionStep = -1;
    private Runnable intervention = () -> {};
    private boolean isOver;
    private @Nullable Throwable failure;

    SimulatedWaiting(long seed) {
        this.random = new Random(seed);
    }

    /// Returns the source of all chance in a run.
    Random random() {
        return random;
    }

    /// Runs until all actors that are not daemons have ended and nothing more happens.
    ///
    /// @throws AssertionError if one of them failed, or if they wait for each other
    void run() {
        handOver(next());
        over.acquireUninterruptibly();
        for (Actor actor : List.copyOf(actors)) {
            handOver(actor);
            over.acquireUninterruptibly();
        }
        if (failure != null) {
            throw new AssertionError(failure.getMessage(), failure);
        }
    }

    /// Adds an actor that the run waits for.
    Thread actor(String name, Runnable body) {
        return add(name, body, false);
    }

    /// Does something at a step of the run, while no thread runs.
    void at(int step, Runnable body) {
        interventionStep = step;
        intervention = body;
    }

    /// Lets others run, if the seed says so: a point at which threads may interleave.
    void maybeYield() {
        if (random.nextBoolean()) {
            self().pause(now);
        }
    }

    @Override
    public Thread start(String name, Runnable body) {
        return add(name, body, true);
    }

    @Override
    public void park(Object blocker) {
        self().park(NEVER);
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        self().park(nanos > NEVER - now ? NEVER : now + nanos);
    }

    @Override
    public void giveWay() {
        maybeYield();
    }

    @Override
    public void unpark(Thread thread) {
        for (Actor actor : actors) {
            if (actor.thread == thread) {
                actor.permit = true;
            }
        }
    }

    @Override
    public long nanoTime() {
        return now;
    }

    private Thread add(String name, Runnable body, boolean daemon) {
        Actor actor = new Actor(name, body, daemon);
        actors.add(actor);
        return actor.thread;
    }

    private void handOver(@Nullable Actor next) {
        if (next == null) {
            isOver = true;
            over.release();
        } else {
            next.resume();
        }
    }

    /// Picks who runs next; null if the run is over.
    private @Nullable Actor next() {
        try {
            if (steps == interventionStep) {
                intervention.run();
            }
            if (++steps > STEPS_MAX) {
                throw new IllegalStateException("no end: " + actors);
            }
            return failure == null ? pick() : null;
        } catch (RuntimeException | Error e) {
            failure = e;
            return null;
        }
    }

    private @Nullable Actor pick() {
        if (actors.stream().allMatch(Actor::mayStay)) {
            return null;
        }
        List<Actor> ready = actors.stream().filter(Actor::isReady).toList();
        if (!ready.isEmpty()) {
            return ready.get(random.nextInt(ready.size()));
        }
        now = actors.stream().mapToLong(actor -> actor.wakeAt).min().orElse(NEVER);
        if (now == NEVER) {
            throw new IllegalStateException("dead-lock: " + actors);
        }
        return pick();
    }

    private Actor self() {
        Actor actor = CURRENT.get();
        if (actor == null) {
            throw new IllegalStateException("only threads of the simulation may wait in it");
        }
        return actor;
    }

    /// One simulated thread.
    private final class Actor {

        private final Runnable body;
        private final boolean daemon;
        private final Thread thread;
        private final Semaphore baton = new Semaphore(0);
        private boolean started;
        private boolean permit;
        private long wakeAt;

        Actor(String name, Runnable body, boolean daemon) {
            this.body = body;
            this.daemon = daemon;
            this.thread = Thread.ofVirtual().name(name).unstarted(this::live);
            this.wakeAt = now;
        }

        boolean isReady() {
            return permit || wakeAt <= now;
        }

        /// Returns whether the run may end although this thread has not.
        boolean mayStay() {
            return daemon && !permit && wakeAt == NEVER;
        }

        void resume() {
            if (started) {
                baton.release();
            } else {
                started = true;
                thread.start();
            }
        }

        void park(long until) {
            pause(permit ? now : until);
            permit = false;
        }

        @SuppressWarnings("ReferenceEquality") // It is this thread, or it is another one.
        void pause(long until) {
            if (isOver) {
                throw new Ended();
            }
            wakeAt = until;
            Actor next = next();
            if (next != this) {
                handOver(next);
                baton.acquireUninterruptibly();
            }
            if (isOver) {
                throw new Ended();
            }
        }

        private void live() {
            CURRENT.set(this);
            try {
                if (!isOver) {
                    body.run();
                }
            } catch (Ended expected) {
                // The run is over.
            } catch (Throwable thrown) {
                failure = thrown;
            }
            actors.remove(this);
            if (isOver) {
                over.release();
            } else {
                handOver(next());
            }
        }

        @Override
        public String toString() {
            return thread.getName();
        }
    }

    /// Unwinds a thread at the end of a run.
    private static final class Ended extends Error {

        private static final long serialVersionUID = 1L;
    }
}
