package dev.durableobjects.simulation;

import java.nio.file.Path;
import java.util.regex.Pattern;

/// What is wrong with a simulated engine. A simulation that cannot find these finds nothing.
enum Fault {
    /// Nothing.
    NONE("nothing"),
    /// The gate is released in the middle of a turn.
    HALF_TURNS("meets|half of a turn|was not alone"),
    /// Critical sections let everybody in.
    OPEN_SECTIONS("during the critical section"),
    /// Nobody waits until a commit is durable.
    NO_OUTPUT_GATE("turns, now only|was known to begin with|should be as"),
    /// Everybody waits for the commit before the right one.
    OFF_BY_ONE("turns, now only|was known to begin with|should be as"),
    /// A sync returns before the disk has anything.
    LYING_DISK(
            "turns, now only|was known to begin with|half of a turn|cannot use|ran for|is NULL"
                    + "|malformed|no such table|never ran|should be as|has to do"),
    /// Only the journal is forced, so what it does not have any more may be lost.
    LYING_CHECKPOINT(
            "turns, now only|was known to begin with|half of a turn|cannot use objects|ran for"
                    + "|is NULL|malformed|no such table|should be as"),
    /// The index of objects is not forced before the journal forgets what it was told.
    LYING_INDEX("never ran"),
    /// Nobody tells the index when an object must be woken.
    SILENT_COMMITS("never ran"),
    /// The clock of the engine is ahead.
    FAST_CLOCK("too early|ran for|has to do"),
    /// What a run was for is deleted by a commit of its own.
    LATE_DELETION("ran for|has to do"),
    /// A restore does not wait until it is durable.
    HASTY_RESTORE("was known to begin with|should be as|turns, now only|ran for"),
    /// What is to be restored is deleted before the restore is durable.
    EARLY_DELETION("should be as"),
    /// The bookmark that undoes a restore is that of a moment before.
    EARLY_UNDO("should be as"),
    /// Files of the journal are deleted before what was sorted out of them is forced.
    LYING_HISTORY("should be as|is refused|damage|header"),
    /// History begins with more than what is durable.
    EARLY_BASE(
            "should be as|turns, now only|was known to begin with|was undone|cannot use objects"
                    + "|malformed|half of a"),
    /// Calls enter in another order than they were made.
    NO_ORDER("was overtaken");

    private final String finding;

    Fault(String finding) {
        this.finding = finding;
    }

    /// Returns whether a sync of this file does nothing.
    boolean forgets(Path file) {
        return this == LYING_DISK
                || (this == LYING_INDEX && file.toString().endsWith("index.sqlite-wal"))
                || (this == LYING_HISTORY && isHistory(file))
                || (this == LYING_CHECKPOINT && file.toString().endsWith(".sqlite"));
    }

    private static boolean isHistory(Path file) {
        String path = file.toString().replace('\\', '/');
        return path.contains("/history/objects/");
    }

    /// Returns whether this is what a simulation must say about the fault.
    boolean isFoundBy(String message) {
        return Pattern.compile(finding).matcher(message).find();
    }
}
