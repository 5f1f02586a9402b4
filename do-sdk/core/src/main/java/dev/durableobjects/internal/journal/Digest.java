package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.journal.JournalRecord.Head;
import dev.durableobjects.internal.journal.Timeline.Base;
import dev.durableobjects.internal.journal.Timeline.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Writes the past of one object into its own file, coarser with age, and forgets what is older
/// than the rules keep. Not safe for several threads.
final class Digest {

    /// What is too old stays until it is older than this many quarters of the retention, since a
    /// new base is a copy of the whole database.
    private static final int QUARTERS = 5;

    private final HistoryFile file;
    private final long retentionMillis;
    private final long bytesMax;
    private final long now;

    /// Begins with an object.
    ///
    /// @param retentionMillis for how long its past is kept
    /// @param bytesMax what its past may take
    /// @param now in milliseconds
    Digest(HistoryFile file, long retentionMillis, long bytesMax, long now) {
        this.file = file;
        this.retentionMillis = retentionMillis;
        this.bytesMax = bytesMax;
        this.now = now;
    }

    /// Takes in new records, and makes what is old coarser; durable when it returns. Records that
    /// are known do not count, so doing it twice does no harm.
    ///
    /// @param fresh in their order
    /// @return false if the records have nothing to stand on
    boolean run(List<Entry> fresh) throws IOException {
        Timeline timeline = file.read();
        int known = timeline.entries().size();
        for (Entry entry : fresh) {
            checkFollows(entry, timeline);
            timeline.add(entry);
        }
        if (timeline.isGroundless()) {
            return false;
        }
        List<Entry> entries = timeline.entries();
        if (entries.isEmpty()) {
            return true;
        }
        List<List<Entry>> groups = Thinning.groups(entries, now);
        // What is known already was written before and is to be forgotten now, though nobody may
        // have forced it: it is written anew.
        boolean isKnown = known + fresh.size() > entries.size();
        if (isKnown
                || isOverdue(entries)
                || bytes(entries) > bytesMax
                || 2 * groups.size() <= entries.size()) {
            rewrite(timeline);
        } else if (known < entries.size()) {
            file.append(Thinning.groups(entries.subList(known, entries.size()), now));
        }
        return true;
    }

    /// Looks whether nothing is missing between what is known and a record.
    private static void checkFollows(Entry entry, Timeline timeline) throws IOException {
        Head head = entry.head();
        boolean isGap = !timeline.isEmpty() && !head.isWhole() && head.previous() > timeline.last();
        if (isGap) {
            throw SegmentReader.damaged(
                    "history has a gap: %s has a record behind position %d, known up to %d"
                            .formatted(head.file(), head.previous(), timeline.last()));
        }
    }

    private boolean isOverdue(List<Entry> entries) {
        return entries.getFirst().millis() <= now - retentionMillis / (QUARTERS - 1) * QUARTERS;
    }

    private static long bytes(List<Entry> entries) {
        return entries.stream().mapToLong(Entry::length).sum();
    }

    private void rewrite(Timeline timeline) throws IOException {
        List<Entry> kept = timeline.entries();
        int forgotten = forgotten(kept);
        Base base = forgotten == 0 ? timeline.base() : newBase(timeline, kept.get(forgotten - 1));
        file.write(base, Thinning.groups(kept.subList(forgotten, kept.size()), now));
    }

    /// Returns how many records go into the base: those that are too old, and then as many as leave
    /// a quarter of the space free.
    private int forgotten(List<Entry> entries) {
        int forgotten = 0;
        long left = bytes(entries);
        boolean isFull = left > bytesMax;
        for (Entry entry : entries) {
            boolean isOld = entry.millis() <= now - retentionMillis;
            if (!isOld && !(isFull && left > bytesMax / 4 * 3)) {
                break;
            }
            left -= entry.length();
            forgotten++;
        }
        while (forgotten > 0 && entries.get(forgotten - 1).head().isPart()) {
            forgotten--; // A base is not of the middle of a restore.
        }
        return forgotten;
    }

    private Base newBase(Timeline timeline, Entry last) throws IOException {
        file.makeDirectory();
        Path scratch = file.scratch();
        Files.deleteIfExists(scratch);
        long position = last.head().last();
        timeline.write(Moment.after(position), scratch);
        return file.keepBase(scratch, position, last.millis());
    }

    /// Begins the past of an object with a copy of its database.
    ///
    /// @param scratch the copy
    void begin(Path scratch, long position, long millis) throws IOException {
        file.write(file.keepBase(scratch, position, millis), List.of());
    }
}
