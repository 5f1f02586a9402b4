package dev.durableobjects.internal.backup;

import java.nio.file.Path;
import java.time.Instant;

/// A backup that is whole. Immutable.
///
/// @param directory of the backup
/// @param time when it began
/// @param position the last commit in it
/// @param files how many it has
/// @param bytes of them
/// @param copiedBytes of those that it does not share with the backup before
public record Made(
        Path directory, Instant time, long position, long files, long bytes, long copiedBytes) {

    static Made of(Path directory, Manifest.Head head) {
        return new Made(
                directory,
                head.time(),
                head.position(),
                head.count(),
                head.bytes(),
                head.copiedBytes());
    }
}
