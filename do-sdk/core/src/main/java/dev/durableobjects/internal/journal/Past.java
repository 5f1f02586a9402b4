package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.journal.Damage.Kind;
import dev.durableobjects.internal.journal.JournalRecord.Head;
import dev.durableobjects.internal.journal.Timeline.Base;
import dev.durableobjects.internal.journal.Timeline.Entry;
import dev.durableobjects.internal.value.FileErrors;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the journal and history know of one database, read to find damage. Nothing is changed. Not
/// safe for several threads.
public final class Past {

    private final Path root;
    private final HistoryFile file;
    private final List<Entry> waiting;
    private final List<Entry> journal;
    private final boolean hasBegun;
    private final Consumer<Damage> found;
    private @Nullable Timeline timeline;

    private Past(
            Path root,
            HistoryFile file,
            List<Entry> waiting,
            List<Entry> journal,
            boolean hasBegun,
            Consumer<Damage> found) {
        this.root = root;
        this.file = file;
        this.waiting = waiting;
        this.journal = journal;
        this.hasBegun = hasBegun;
        this.found = found;
    }

    /// Reads the file of history of a database.
    ///
    /// @param waiting its records in files that were the journal's
    /// @param journal its records in the journal
    /// @param hasBegun whether all of its past that is kept must be there
    /// @param found gets what is wrong
    static Past read(
            Path root,
            HistoryFile file,
            List<Entry> waiting,
            List<Entry> journal,
            boolean hasBegun,
            Consumer<Damage> found)
            throws IOException {
        Past past = new Past(root, file, waiting, journal, hasBegun, found);
        past.timeline = past.readTimeline();
        return past;
    }

    /// Returns whether a file of history was there, be it damaged.
    public boolean hasFile() {
        return file.exists();
    }

    /// Returns whether the journal has records of the database.
    public boolean isChanged() {
        return !journal.isEmpty();
    }

    /// Returns whether the journal has the whole of the database, which may be missing then.
    public boolean isWhole() {
        return !journal.isEmpty() && journal.getFirst().head().isWhole();
    }

    /// Returns whether the past must be known, and is not. For a database without tables the answer
    /// means nothing.
    public boolean isLost() {
        Timeline read = timeline;
        return hasBegun && read != null && (read.isEmpty() || read.isGroundless());
    }

    /// Returns whether what the database holds now is known without it.
    public boolean isKnown() {
        Timeline read = timeline;
        return hasBegun && read != null && !read.isEmpty() && !read.isGroundless();
    }

    /// Returns whether something is known, and it is that the database has no pages.
    public boolean isEmpty() {
        Timeline read = timeline;
        if (!journal.isEmpty()) {
            return journal.getLast().head().databasePages() == 0;
        }
        return read != null
                && !read.entries().isEmpty()
                && read.entries().getLast().head().databasePages() == 0;
    }

    /// Returns whether nothing is known but the copy that history begins with, and that has no
    /// tables: then the database may never have had a commit, and nobody has forced it.
    public boolean isUnborn() throws IOException {
        Timeline read = timeline;
        if (!journal.isEmpty() || read == null || !read.entries().isEmpty()) {
            return false;
        }
        Base base = read.base();
        return base != null && Files.size(base.path()) <= Redo.UNBORN_BYTES;
    }

    /// Makes the changes that the journal has in a copy of the database.
    public void redo(Path copy) throws IOException {
        try (RandomAccessFile target = new RandomAccessFile(copy.toFile(), "rw")) {
            Timeline.apply(journal, target);
        }
    }

    /// Writes what the database holds now, if that is known.
    ///
    /// @param target a file that does not exist
    public void write(Path target) throws IOException {
        Timeline read = timeline;
        if (read != null) {
            read.write(Moment.after(Long.MAX_VALUE), target);
        }
    }

    /// @return null if it is damaged
    private @Nullable Timeline readTimeline() throws IOException {
        Timeline read;
        try {
            read = file.read();
        } catch (IOException e) {
            if (FileErrors.isRefusal(e)) {
                throw e;
            }
            report(Kind.DAMAGED, file.path(), String.valueOf(e.getMessage()));
            return null;
        }
        boolean isEmpty = read.base() == null && read.entries().isEmpty();
        boolean isSound = !(file.exists() && isEmpty);
        if (!isSound) {
            report(Kind.DAMAGED, file.path(), "it has no header, or nothing behind it");
        }
        isSound &= isTailSound(read) && isBaseSound(read.base());
        isSound &= hasNoGap(read);
        if (!isSound) {
            return null;
        }
        waiting.forEach(read::add);
        journal.forEach(read::add);
        return read;
    }

    /// What does not count was being appended when the process ended. Then the records are still
    /// where they came from.
    private boolean isTailSound(Timeline read) {
        boolean isSound =
                file.tailBytes() == 0
                        || waiting.stream().anyMatch(one -> one.head().last() > read.last());
        if (!isSound) {
            report(
                    Kind.DAMAGED,
                    file.path(),
                    "its last %d bytes are damaged".formatted(file.tailBytes()));
        }
        return isSound;
    }

    private boolean isBaseSound(@Nullable Base base) throws IOException {
        if (base == null) {
            return true;
        }
        if (Files.notExists(base.path())) {
            report(Kind.MISSING, base.path(), "the history of this object begins with it");
            return false;
        }
        boolean isSound =
                base.checksum().isEmpty()
                        || base.checksum().getAsInt() == HistoryFile.checksum(base.path());
        if (!isSound) {
            report(Kind.DAMAGED, base.path(), "its checksum is not the one that was written down");
        }
        return isSound;
    }

    /// Returns whether each record follows the one before, as far as it says.
    private boolean hasNoGap(Timeline read) {
        List<Entry> all = new ArrayList<>(read.entries());
        waiting.stream().filter(one -> one.head().last() > read.last()).forEach(all::add);
        int journaled = all.size();
        journal.stream().filter(one -> one.head().last() > read.last()).forEach(all::add);
        Base base = read.base();
        for (int i = 0; i < all.size(); i++) {
            Head head = all.get(i).head();
            boolean isSound;
            if (head.isWhole()) {
                isSound = true;
            } else if (i == 0) { // A copy is of a moment that is no commit of this object.
                isSound = base == null || head.previous() <= base.position();
            } else {
                boolean isUnknown = head.previous() == 0 && i <= journaled;
                isSound = isUnknown || head.previous() == all.get(i - 1).head().last();
            }
            if (!isSound) {
                report(
                        Kind.DAMAGED,
                        all.get(i).source(),
                        "a record of %s follows position %d, and that is missing"
                                .formatted(head.file(), head.previous()));
                return false;
            }
        }
        return true;
    }

    private void report(Kind kind, Path where, String message) {
        found.accept(Damage.of(kind, root, where, message));
    }
}
