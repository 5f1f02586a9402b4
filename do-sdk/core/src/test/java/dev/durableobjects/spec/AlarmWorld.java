package dev.durableobjects.spec;

import dev.durableobjects.AlarmInvocationInfo;
import dev.durableobjects.Limit;
import dev.durableobjects.Schedule;
import dev.durableobjects.runtime.DurableObjectsBuilder;
import dev.durableobjects.runtime.TestRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// A runtime with probes in a time that a test moves on, and what their alarms were told.
final class AlarmWorld implements AutoCloseable {

    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static final String LAST = "last";
    private static final int LEAPS_SECONDS = 1_000_000_000;
    private static final int PATIENCE_SECONDS = 30;

    /// What an alarm or a schedule does, in its handler.
    interface Handler {
        void run(Probe self, Fired fired) throws Exception;
    }

    /// A run, as the test sees it.
    ///
    /// @param object the name of the object, empty if it does not know it
    /// @param schedule its name, empty for the alarm
    /// @param due the time that it was set to
    /// @param at when it ran
    record Fired(String object, String schedule, Instant due, Instant at, int retryCount) {}

    private final Path directory;
    private final Consumer<DurableObjectsBuilder> settings;
    private final ManualTime time = new ManualTime();
    private final AtomicReference<Duration> offset = new AtomicReference<>(Duration.ZERO);
    private final BlockingQueue<Fired> fired = new LinkedBlockingQueue<>();
    private final AtomicInteger lasts = new AtomicInteger();
    volatile Handler handler = (self, run) -> {};
    private ProbeRuntime runtime;

    AlarmWorld(Path directory) {
        this(directory, builder -> {});
    }

    AlarmWorld(Path directory, Consumer<DurableObjectsBuilder> settings) {
        this.directory = directory;
        this.settings = settings;
        this.runtime = open();
    }

    private ProbeRuntime open() {
        return new ProbeRuntime(directory, this::set, namespace -> {});
    }

    private void set(ProbeRuntime probes, DurableObjectsBuilder builder) {
        probes.alarm = this::alarm;
        probes.scheduled = this::scheduled;
        TestRuntime.withWaiting(builder, time);
        TestRuntime.withClock(builder, this::now);
        // Time passes in leaps, and must not end what just goes on.
        builder.limit(Limit.IDLE_SECONDS, LEAPS_SECONDS);
        builder.limit(Limit.COMMIT_SECONDS, LEAPS_SECONDS);
        builder.limit(Limit.BLOCK_CONCURRENCY_SECONDS, LEAPS_SECONDS);
        builder.limit(Limit.STATEMENT_SECONDS, LEAPS_SECONDS);
        builder.limit(Limit.ALARM_SECONDS, LEAPS_SECONDS);
        builder.limit(Limit.ALARMS_RUNNING, 1); // One after the other.
        settings.accept(builder);
    }

    private void alarm(Probe self, AlarmInvocationInfo info) throws Exception {
        run(self, "", info.scheduledTime(), info.retryCount());
    }

    private void scheduled(Probe self, Schedule schedule) throws Exception {
        run(self, schedule.name(), schedule.due(), 0);
    }

    private void run(Probe self, String schedule, Instant due, int retryCount) throws Exception {
        Fired run = new Fired(self.ctx().id().name().orElse(""), schedule, due, now(), retryCount);
        try {
            if (!run.object().startsWith(LAST)) {
                handler.run(self, run);
            }
        } finally {
            fired.add(run);
        }
    }

    ProbeRuntime runtime() {
        return runtime;
    }

    /// Returns the time of day.
    Instant now() {
        return START.plusNanos(time.nanoTime()).plus(offset.get());
    }

    /// Lets time pass.
    void pass(Duration duration) {
        time.pass(duration);
    }

    /// Sets the clock forward or back, while no time passes.
    void jump(Duration duration) {
        offset.updateAndGet(duration::plus);
    }

    /// Closes the runtime, and opens it again with new probes.
    void restart() {
        runtime.close();
        runtime = open();
    }

    Object in(String object, Probe.Task task) throws Exception {
        return runtime.in(object, (self, argument) -> task.run(self));
    }

    void setAlarm(String object, Duration delay) throws Exception {
        in(
                object,
                self -> {
                    self.ctx().storage().setAlarm(delay);
                    return null;
                });
    }

    @SuppressWarnings("unchecked")
    Optional<Instant> getAlarm(String object) throws Exception {
        return (Optional<Instant>) in(object, self -> self.ctx().storage().getAlarm());
    }

    /// Returns the next run.
    Fired next() throws InterruptedException {
        Fired run = fired.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (run == null) {
            throw new AssertionError("nothing runs");
        }
        return run;
    }

    /// Returns how many runs nobody has asked for, once whatever is due now has run: an object of
    /// its own is woken behind everything that was due before it.
    int left() throws Exception {
        pass(Duration.ofMillis(1));
        String last = LAST + lasts.incrementAndGet(); // One that nobody is waking already.
        setAlarm(last, Duration.ZERO);
        int runs = 0;
        for (Fired run = next(); !run.object().equals(last); run = next()) {
            runs++;
        }
        return runs;
    }

    @Override
    public void close() {
        runtime.close();
    }
}
