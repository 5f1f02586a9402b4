package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.journal.SegmentReader.Found;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where the records of every database are in the journal: what a start learns from reading it. Not
/// safe for several threads.
final class RecordIndex {

    /// The multiplier of Knuth's generator MMIX: odd, and its bits have no pattern.
    private static final long MIXER = 6_364_136_223_846_793_005L;

    private final Map<String, Places> byFile = new HashMap<>();

    /// The same by the hashes of their names: each in its slot, or the next that was free. Its
    /// length is a power of two, and half of it is free.
    private @Nullable Places[] table = new Places[1 << 10];

    /// Adds the records of a batch.
    ///
    /// @return what they say besides their pages
    /// @throws IOException if the records of a database do not follow each other
    List<JournalIndex.Fact> add(long segment, SegmentReader source, Found batch)
            throws IOException {
        List<JournalIndex.Fact> facts = new ArrayList<>();
        RecordCursor record = new RecordCursor(source, batch);
        while (record.next()) {
            Places known = places(source.content(), record);
            if (record.isWhole()) {
                known.clear(); // There need not be a database that they could have changed.
            } else if (known.count() > 0 && record.previous() != known.last()) {
                throw SegmentReader.damaged(
                        ("the journal has a gap: a record of %s follows position %d, the one before"
                                        + " it ends at %d")
                                .formatted(record.head().file(), record.previous(), known.last()));
            }
            known.add(segment, record.offset(), record.length(), record.last());
            if (record.hasFact()) {
                record.head().fact().ifPresent(facts::add);
            }
        }
        return facts;
    }

    /// Returns the databases that have records.
    Set<String> files() {
        return byFile.keySet();
    }

    /// Returns where the records of the databases are.
    Map<String, Places> places() {
        return byFile;
    }

    /// Finds the records of the database that a record names. Names are compared as they are
    /// stored: texts of them, or keys of a map, would take most of the time of a start.
    private Places places(ByteBuffer content, RecordCursor record) {
        int begin = record.nameOffset();
        int end = begin + record.nameBytes();
        int hash = hash(content, begin, end);
        int at = slot(hash);
        Places known = table[at];
        while (known != null && !known.isOf(hash, content, begin, end)) {
            at = slot(at + 1);
            known = table[at];
        }
        return known == null ? add(hash, record.head().file()) : known;
    }

    private Places add(int hash, String file) {
        Places added = new Places(hash, file);
        byFile.put(file, added);
        if (2 * byFile.size() > table.length) {
            table = new Places[2 * table.length];
            byFile.values().forEach(this::put);
        } else {
            put(added);
        }
        return added;
    }

    private void put(Places places) {
        int at = slot(places.hash());
        while (table[at] != null) {
            at = slot(at + 1);
        }
        table[at] = places;
    }

    private int slot(int hash) {
        return hash & (table.length - 1);
    }

    /// Names differ in their last bytes; up to seven of the first do not count.
    private static int hash(ByteBuffer source, int begin, int end) {
        long hash = 0;
        for (int at = end - Long.BYTES; at >= begin; at -= Long.BYTES) {
            hash = (hash + source.getLong(at)) * MIXER;
        }
        return (int) (hash >>> Integer.SIZE);
    }
}
