package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.journal.SegmentReader.Found;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Where the records of every database are in the journal: what a start learns from reading it. Not
/// safe for several threads.
final class RecordIndex {

    /// The multiplier of Knuth's generator MMIX: odd, and its bits have no pattern.
    private static final long MIXER = 6_364_136_223_846_793_005L;

    private final Map<String, Places> byFile = new HashMap<>();

    /// The same by the hashes of their names: each in its slot, or in the next that was free. Its
    /// length is a power of two, and half of it is free.
    private @Nullable Named[] table = new Named[1 << 10];

    private int used;

    /// The records of a database, and its name as it is stored.
    private static final class Named {

        private final int hash;
        private final byte[] name;
        private final Places places = new Places();

        Named(int hash, byte[] name) {
            this.hash = hash;
            this.name = name;
        }

        boolean isOf(int otherHash, ByteBuffer source, int begin, int end) {
            if (hash != otherHash || name.length != end - begin) {
                return false;
            }
            int same = 0;
            while (same < name.length && name[same] == source.get(begin + same)) {
                same++;
            }
            return same == name.length;
        }
    }

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
        return places().keySet();
    }

    /// Returns where the records of the databases are.
    Map<String, Places> places() {
        return Collections.unmodifiableMap(byFile);
    }

    /// Finds the records of the database that a record names. Names are compared as they are
    /// stored: texts of them, or keys of a map, would take most of the time of a start.
    private Places places(ByteBuffer content, RecordCursor record) {
        int begin = record.nameOffset();
        int end = begin + record.nameBytes();
        int hash = hash(content, begin, end);
        int at = slot(hash);
        Named known = table[at];
        while (known != null && !known.isOf(hash, content, begin, end)) {
            at = slot(at + 1);
            known = table[at];
        }
        return known == null ? begin(hash, content, record) : known.places;
    }

    private Places begin(int hash, ByteBuffer content, RecordCursor record) {
        byte[] name = new byte[record.nameBytes()];
        content.get(record.nameOffset(), name);
        Named begun = new Named(hash, name);
        used++;
        if (2 * used > table.length) {
            @Nullable Named[] full = table;
            table = new Named[2 * full.length];
            Stream.of(full).filter(Objects::nonNull).forEach(this::put);
        }
        put(begun);
        byFile.put(record.head().file(), begun.places);
        return begun.places;
    }

    private void put(Named named) {
        int at = slot(named.hash);
        while (table[at] != null) {
            at = slot(at + 1);
        }
        table[at] = named;
    }

    private int slot(int hash) {
        return hash & (table.length - 1);
    }

    /// Paths begin alike, and differ in the ids behind that: up to seven of the first bytes are
    /// left out.
    private static int hash(ByteBuffer source, int begin, int end) {
        long hash = 0;
        for (int at = end - Long.BYTES; at >= begin; at -= Long.BYTES) {
            hash = (hash + source.getLong(at)) * MIXER;
        }
        return (int) (hash >>> Integer.SIZE);
    }
}
