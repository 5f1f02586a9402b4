package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.journal.Damage.Kind;
import dev.durableobjects.internal.journal.SegmentReader.Found;
import dev.durableobjects.internal.journal.Timeline.Entry;
import dev.durableobjects.internal.value.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// The journal of a data directory that nobody uses, and its old files, read to find damage.
/// Nothing is changed. Not safe for several threads.
public final class Inspection {

    private static final long UNKNOWN = -1;

    private final Path root;
    private final Consumer<Damage> found;
    private final LongConsumer progress;

    /// Where the records are of each database: first those in files that were the journal's.
    private final Map<String, List<Entry>> waiting = new HashMap<>();

    private final Map<String, List<Entry>> journal = new HashMap<>();
    private final Set<String> begun = new HashSet<>();

    /// The number of the file that was read last, 0 if none was.
    private long number;

    private long last = UNKNOWN;
    private int files;

    private Inspection(Path root, Consumer<Damage> found, LongConsumer progress) {
        this.root = root;
        this.found = found;
        this.progress = progress;
    }

    /// Reads every file of the journal, and those that were files of the journal.
    ///
    /// @param found gets what is wrong
    /// @param progress gets the bytes of each file when it was read
    public static Inspection read(Path root, Consumer<Damage> found, LongConsumer progress)
            throws IOException {
        Inspection made = new Inspection(root, found, progress);
        made.readAll();
        return made;
    }

    /// Returns how many files were read.
    public int files() {
        return files;
    }

    /// Returns the databases that have records.
    public Set<String> databases() {
        Set<String> databases = new HashSet<>(waiting.keySet());
        databases.addAll(journal.keySet());
        return databases;
    }

    /// Returns what is known of a database.
    ///
    /// @param file its path in the data directory
    public Past past(String file) throws IOException {
        Path history = root.resolve(Archive.DIRECTORY);
        return Past.read(
                root,
                new HistoryFile(Disk.system(), history, file),
                waiting.getOrDefault(file, List.of()),
                journal.getOrDefault(file, List.of()),
                begun.contains(HistoryRules.key(file)),
                found);
    }

    private void readAll() throws IOException {
        Path history = root.resolve(Archive.DIRECTORY);
        Path names = history.resolve("begun");
        if (FileTree.isThere(names)) {
            begun.addAll(Files.readAllLines(names));
        }
        Path segments = history.resolve(Archive.SEGMENTS);
        List<Long> old = FileTree.isThere(segments) ? Segment.numbers(segments) : List.of();
        Path directory = root.resolve(Segments.DIRECTORY);
        List<Long> current = FileTree.isThere(directory) ? Segment.numbers(directory) : List.of();
        for (long one : old) {
            next(segments, one, false, waiting);
        }
        for (long one : current) {
            next(directory, one, one == current.getLast(), journal);
        }
        try {
            Newest.check(root, current);
        } catch (IOException e) {
            report(Kind.MISSING, directory, e);
        }
    }

    private void next(Path directory, long next, boolean isLast, Map<String, List<Entry>> records)
            throws IOException {
        if (next <= number) {
            return; // A loss of power has left both names of a file that was moved.
        }
        if (number != 0 && next != number + 1) {
            found.accept(
                    Damage.of(
                            Kind.MISSING,
                            root,
                            Segment.file(directory, number + 1),
                            "the files of the journal from %d to %d are missing"
                                    .formatted(number + 1, next - 1)));
            last = UNKNOWN;
        }
        number = next;
        files++;
        Path file = Segment.file(directory, next);
        try {
            read(file, next, isLast, records);
            progress.accept(Files.size(file));
        } catch (IOException e) {
            report(Kind.DAMAGED, file, e);
            last = UNKNOWN;
        }
    }

    private void read(Path file, long next, boolean isLast, Map<String, List<Entry>> records)
            throws IOException {
        SegmentReader reader = SegmentReader.open(file, next);
        if (reader == null) {
            if (!isLast) {
                throw SegmentReader.damaged(file + " is empty, but not the last of the journal");
            }
            return;
        }
        if (last != UNKNOWN && reader.before() != last) {
            found.accept(
                    Damage.of(
                            Kind.DAMAGED,
                            root,
                            file.resolveSibling(Segment.file(root, next - 1).getFileName()),
                            "its end is missing: it ends at position %d, and the next file begins"
                                            .formatted(last)
                                    + " behind position %d".formatted(reader.before())));
        }
        last = reader.before();
        for (Found batch = reader.next(); batch != null; batch = reader.next()) {
            last = batch.last();
            add(file, reader, batch, records);
        }
    }

    private static void add(
            Path file, SegmentReader reader, Found batch, Map<String, List<Entry>> records)
            throws IOException {
        RecordCursor record = new RecordCursor(reader, batch);
        while (record.next()) {
            Entry entry = Entry.of(file, record, batch.millis());
            records.computeIfAbsent(entry.head().file(), key -> new ArrayList<>()).add(entry);
        }
    }

    /// @throws IOException the same, if it is no damage
    private void report(Kind kind, Path file, IOException e) throws IOException {
        if (FileErrors.isRefusal(e)) {
            throw e;
        }
        found.accept(Damage.of(kind, root, file, String.valueOf(e.getMessage())));
    }
}
