package dev.durableobjects.runtime;

import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.spi.CommitLog;
import java.time.InstantSource;
import java.util.function.UnaryOperator;

/// Lets tests replace the time and the disk of a runtime.
public final class TestRuntime {

    private TestRuntime() {}

    /// Replaces the disk.
    public static DurableObjectsBuilder withDisk(DurableObjectsBuilder builder, Disk disk) {
        return builder.disk(disk);
    }

    /// Replaces how the engine waits.
    public static DurableObjectsBuilder withWaiting(
            DurableObjectsBuilder builder, Waiting waiting) {
        return builder.waiting(waiting);
    }

    /// Replaces the clock.
    public static DurableObjectsBuilder withClock(
            DurableObjectsBuilder builder, InstantSource clock) {
        return builder.clock(clock);
    }

    /// Makes the journal small.
    public static DurableObjectsBuilder withJournalBytes(
            DurableObjectsBuilder builder, long bytes) {
        return builder.journalBytes(bytes);
    }

    /// Returns how many connections a runtime watches over; ended ones may be counted for a moment.
    public static int connections(DurableObjects objects) {
        return objects.connections();
    }

    /// Puts something around the commit log.
    public static DurableObjectsBuilder withLog(
            DurableObjectsBuilder builder, UnaryOperator<CommitLog> around) {
        return builder.log(around);
    }
}
