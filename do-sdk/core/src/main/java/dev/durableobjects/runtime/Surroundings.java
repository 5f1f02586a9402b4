package dev.durableobjects.runtime;

import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.spi.CommitLog;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/// What a runtime takes from outside: disk, chance, time and bounds. Immutable.
///
/// @param directory holds the data
/// @param limits every bound
/// @param random where ids come from
/// @param waiting how the engine waits
/// @param disk forces commits to disk
/// @param log puts something around the commit log
/// @param clock tells the time of day
/// @param journalBytes instead of `Limit.JOURNAL_MIB`, for tests
record Surroundings(
        Path directory,
        Limits limits,
        RandomGenerator random,
        Waiting waiting,
        Disk disk,
        UnaryOperator<CommitLog> log,
        InstantSource clock,
        Optional<Long> journalBytes) {

    /// Returns the bytes of the journal from which old files are freed.
    long journalBytesMax() {
        return journalBytes.orElse((long) limits.get(Limit.JOURNAL_MIB) << 20);
    }
}
