package dev.durableobjects.operations;

import java.nio.file.Path;
import java.time.Instant;

/// A backup of a data directory: a directory of its own, which [Backups#restore] makes a data
/// directory of. Immutable.
///
/// @param directory of the backup, named after its time
/// @param time when it began; it has all that was acknowledged before
/// @param position the last commit in it
/// @param files how many it has
/// @param bytes of its files
/// @param copiedBytes of those that it does not share with the backup before
public record Backup(
        Path directory, Instant time, long position, long files, long bytes, long copiedBytes) {}
