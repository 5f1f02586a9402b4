package dev.durableobjects.internal.engine;

import dev.durableobjects.Action;
import dev.durableobjects.Limit;
import dev.durableobjects.Timer;
import dev.durableobjects.internal.gate.CriticalSection;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The timers of one activation: each runs its body as an event of its own. Safe for use by many
/// threads.
final class ObjectTimers {

    private final Activation activation;
    private final Events events;
    private final Set<ObjectTimer> pending = ConcurrentHashMap.newKeySet();

    ObjectTimers(Activation activation) {
        this.activation = activation;
        this.events = new Events(activation);
    }

    /// Sets a timer.
    ///
    /// @param isPeriodic whether it is set again after each run
    /// @param section the critical section that sets it, which its events then belong to
    /// @throws IllegalStateException if there are too many
    Timer set(
            Duration delay, boolean isPeriodic, Action<?> body, @Nullable CriticalSection section) {
        int max = activation.node().limits().get(Limit.TIMERS_PER_OBJECT);
        if (pending.size() >= max) {
            throw new IllegalStateException(
                    "an object may have at most %d pending timers; cancel one first"
                            .formatted(max));
        }
        ObjectTimer timer = new ObjectTimer(delay, isPeriodic, body, section);
        pending.add(timer);
        timer.schedule();
        return timer;
    }

    /// Ends all timers, because the instance that set them ends.
    void cancelAll() {
        pending.forEach(ObjectTimer::cancel);
    }

    /// One timer.
    private final class ObjectTimer implements Timer {

        private final long delayNanos;
        private final boolean isPeriodic;
        private final Action<?> body;
        private final @Nullable CriticalSection section;

        // Guarded by this.
        private Timers.@Nullable Task task;
        private Pins.@Nullable Pin pin;
        private boolean ended;

        ObjectTimer(
                Duration delay,
                boolean isPeriodic,
                Action<?> body,
                @Nullable CriticalSection section) {
            this.delayNanos = Node.nanos(delay);
            this.isPeriodic = isPeriodic;
            this.body = body;
            this.section = section;
        }

        synchronized void schedule() {
            if (!ended) {
                Node node = activation.node();
                pin = activation.pins().add(node.after(Limit.PIN_SECONDS));
                task =
                        node.timers()
                                .at(
                                        node.waiting().nanoTime() + delayNanos,
                                        () -> node.waiting().start("durable-timer", this::fire));
            }
        }

        @Override
        public void cancel() {
            synchronized (this) {
                ended = true;
                if (task != null) {
                    task.cancel();
                }
                unpin();
            }
            pending.remove(this);
        }

        private void fire() {
            boolean reached =
                    events.deliver(
                            "a timer",
                            section,
                            object -> {
                                if (!isEnded()) {
                                    body.run();
                                }
                            });
            synchronized (this) {
                unpin();
            }
            if (reached && isPeriodic) {
                schedule();
            } else {
                cancel();
            }
        }

        private synchronized boolean isEnded() {
            return ended;
        }

        private void unpin() {
            if (pin != null) {
                pin.release();
                pin = null;
            }
        }
    }
}
