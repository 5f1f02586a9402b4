package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.journal.JournalRecord.Head;
import dev.durableobjects.internal.journal.Timeline.Entry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How the past becomes coarser with its age: the records of one object within a step become one,
/// which holds the newest image of each page. Stateless.
final class Thinning {

    /// Pages that one record is merged of, in bytes: they are in memory together.
    private static final long GROUP_BYTES = 16 << 20;

    private Thinning() {}

    /// Groups records that may be merged.
    ///
    /// @param now in milliseconds
    static List<List<Entry>> groups(List<Entry> entries, long now) {
        List<List<Entry>> groups = new ArrayList<>();
        List<Entry> group = new ArrayList<>();
        long bytes = 0;
        for (Entry entry : entries) {
            bytes += entry.length();
            if (!group.isEmpty()
                    && (bytes > GROUP_BYTES || !isOneStep(group.getLast(), entry, now))) {
                groups.add(group);
                group = new ArrayList<>();
                bytes = entry.length();
            }
            group.add(entry);
        }
        if (!group.isEmpty()) {
            groups.add(group);
        }
        return groups;
    }

    /// Returns whether a record belongs to the step of the one before. What was before a restore
    /// can be reached by its undo, so it ends a step.
    private static boolean isOneStep(Entry before, Entry entry, long now) {
        long step = step(now - entry.millis()).toMillis();
        return step > 0
                && !entry.head().isRestore()
                && before.millis() / step == entry.millis() / step;
    }

    /// Returns the step for an age; zero keeps every record.
    private static Duration step(long ageMillis) {
        Duration age = Duration.ofMillis(ageMillis);
        if (age.compareTo(Duration.ofHours(1)) < 0) {
            return Duration.ZERO;
        }
        if (age.compareTo(Duration.ofDays(1)) < 0) {
            return Duration.ofMinutes(1);
        }
        return age.compareTo(Duration.ofDays(7)) < 0 ? Duration.ofHours(1) : Duration.ofDays(1);
    }

    /// Merges a group into one record.
    static JournalRecord merge(List<Entry> group) throws IOException {
        PageChanges changes = new PageChanges();
        for (Entry entry : group) {
            entry.collect(changes);
        }
        Head first = group.getFirst().head();
        return new JournalRecord(changes.commit(first), first, group.getLast().head());
    }
}
