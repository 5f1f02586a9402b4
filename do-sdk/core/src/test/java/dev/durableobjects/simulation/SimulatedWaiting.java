package dev.durableobjects.simulation;

import dev.durableobjects.internal.gate.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// A scheduler that runs one thread at a time and picks the next one by a seed.
///
/// Threads hand the baton back whenever they wait, so each seed is one interleaving of everything
/// that happens between two waits, and the same seed gives the same interleaving again. Time moves
/// only when nobody can run. A run that cannot go on although threads are left is a dead-lock and
/// fails.
final class SimulatedWaiting implements Waiting {

    private static final long NEVER = Long.MAX_VALUE;
    private static final ThreadLocal<@Nullable Actor> CURRENT = new ThreadLocal<>();

    private final Random random;
    private final List<Actor> actors = new ArrayList<>();
    private long now;
    private @Nullable Throwable failure;

    SimulatedWaiting(long seed) {
        this.random = new Random(seed);
    }

    /// Returns the source of all chance in a run.
    Random random() {
        return random;
    }

    /// Runs until all actors that are not daemons have ended.
    ///
    /// @throws AssertionError if one of them failed, or if they wait for each other
    void run() {
        while (failure == null && actors.stream().anyMatch(actor -> !actor.daemon && !actor.done)) {
            step();
        }
        actors.stream().filter(actor -> !actor.done).forEach(Actor::end);
        if (failure != null) {
            throw new AssertionError(failure);
        }
    }

    /// Adds an actor that the run waits for.
    Thread actor(String name, Runnable body) {
        return add(name, body, false);
    }

    /// Lets others run, if the seed says so: a point at which threads may interleave.
    void maybeYield() {
        Actor self = self();
        if (random.nextBoolean()) {
            self.wakeAt = now;
            self.pause();
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
        Actor actor = new Actor(body, daemon);
        actor.thread = Thread.ofPlatform().name(name).daemon().unstarted(actor::live);
        actors.add(actor);
        actor.thread.start();
        return actor.thread;
    }

    private void step() {
        List<Actor> ready = actors.stream().filter(Actor::isReady).toList();
        if (ready.isEmpty()) {
            now =
                    actors.stream()
                            .filter(actor -> !actor.done)
                            .mapToLong(actor -> actor.wakeAt)
                            .min()
                            .orElse(NEVER);
            if (now == NEVER) {
                failure = new IllegalStateException("dead-lock: " + waiting());
            }
            return;
        }
        ready.get(random.nextInt(ready.size())).runOneStep();
    }

    private List<String> waiting() {
        return actors.stream()
                .filter(actor -> !actor.done)
                .map(actor -> String.valueOf(actor.thread))
                .toList();
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
        private final Semaphore baton = new Semaphore(0);
        private final Semaphore returned = new Semaphore(0);
        private @Nullable Thread thread;

        // Only the holder of the baton and the scheduler use these, one after the other.
        private boolean permit;
        private long wakeAt;
        private volatile boolean done;
        private volatile boolean ending;

        Actor(Runnable body, boolean daemon) {
            this.body = body;
            this.daemon = daemon;
        }

        boolean isReady() {
            return !done && (permit || wakeAt <= now);
        }

        void runOneStep() {
            baton.release();
            returned.acquireUninterruptibly();
        }

        void park(long until) {
            wakeAt = permit ? now : until;
            pause();
            permit = false;
        }

        void pause() {
            returned.release();
            baton.acquireUninterruptibly();
            if (ending) {
                throw new Ended();
            }
        }

        /// Ends a thread that still waits when the run is over.
        void end() {
            ending = true;
            runOneStep();
        }

        void live() {
            CURRENT.set(this);
            baton.acquireUninterruptibly();
            try {
                body.run();
            } catch (Ended expected) {
                done = true;
            } catch (Throwable thrown) {
                failure = thrown;
            } finally {
                done = true;
                returned.release();
            }
        }
    }

    /// Unwinds a thread at the end of a run.
    private static final class Ended extends Error {

        private static final long serialVersionUID = 1L;
    }
}
