package dev.durableobjects.internal.engine;

import dev.durableobjects.internal.gate.Guarded;
import dev.durableobjects.internal.gate.Waiting;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Runs small tasks at given times, on one thread. A task must not block; it may start a thread.
/// Safe for use by many threads.
final class Timers implements AutoCloseable {

    private static final long NEVER = Long.MAX_VALUE;

    private final Waiting waiting;
    private final Thread thread;

    // Guarded by this.
    private final NavigableSet<Task> tasks = new TreeSet<>(); // Tasks are cancelled all the time.
    private long sequence;
    private boolean closed;

    Timers(Waiting waiting) {
        this.waiting = waiting;
        this.thread = waiting.start("durable-timers", this::run);
    }

    /// Runs the body at this time of the engine's waiting, or soon after.
    Task at(long time, Runnable body) {
        Task task;
        boolean isFirst;
        synchronized (this) {
            task = new Task(time, sequence++, body);
            tasks.add(task);
            isFirst = task.equals(tasks.first());
        }
        if (isFirst) {
            waiting.unpark(thread);
        }
        return task;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            tasks.clear();
        }
        waiting.unpark(thread);
    }

    private void run() {
        while (!isClosed()) {
            Task due = due();
            if (due != null) {
                Guarded.run("a timer", due.body);
                continue;
            }
            long next = next();
            if (next == NEVER) {
                waiting.park(this);
            } else {
                waiting.parkNanos(this, next - waiting.nanoTime());
            }
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized @Nullable Task due() {
        boolean isDue = !tasks.isEmpty() && tasks.first().time - waiting.nanoTime() <= 0;
        return isDue ? tasks.pollFirst() : null;
    }

    private synchronized long next() {
        return tasks.isEmpty() ? NEVER : tasks.first().time;
    }

    /// What happens unless it is closed in time.
    interface Deadline extends AutoCloseable {

        @Override
        void close();
    }

    /// One task. Ordered by time, then by age.
    final class Task implements Comparable<Task> {

        private final long time;
        private final long number;
        private final Runnable body;

        private Task(long time, long number, Runnable body) {
            this.time = time;
            this.number = number;
            this.body = body;
        }

        /// Forgets the task, if it has not begun.
        void cancel() {
            synchronized (Timers.this) {
                tasks.remove(this);
            }
        }

        @Override
        public int compareTo(Task other) {
            return time != other.time
                    ? Long.compare(time - other.time, 0)
                    : Long.compare(number, other.number);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return super.equals(other);
        }

        @Override
        public int hashCode() {
            return super.hashCode();
        }
    }
}
