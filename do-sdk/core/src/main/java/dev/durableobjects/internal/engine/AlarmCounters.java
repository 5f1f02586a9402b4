package dev.durableobjects.internal.engine;

import java.util.concurrent.atomic.LongAdder;

/// Counts the runs of alarms and schedules in all objects. Safe for use by many threads.
public final class AlarmCounters {

    private final LongAdder runs = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder givenUp = new LongAdder();

    AlarmCounters() {}

    void addRun() {
        runs.increment();
    }

    void addFailure() {
        failures.increment();
    }

    void addGivenUp() {
        givenUp.increment();
    }

    /// Returns how many runs have begun, repetitions included.
    public long runs() {
        return runs.sum();
    }

    /// Returns how many runs have failed because of the application, those included that did not
    /// get as far as the handler.
    public long failures() {
        return failures.sum();
    }

    /// Returns how often an alarm, or one time of a schedule, was abandoned without a successful
    /// run.
    public long givenUp() {
        return givenUp.sum();
    }
}
