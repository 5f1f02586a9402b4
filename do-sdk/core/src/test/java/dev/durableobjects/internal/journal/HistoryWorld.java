package dev.durableobjects.internal.journal;

import static dev.durableobjects.internal.journal.TestJournals.PAGE_BYTES;
import static dev.durableobjects.internal.journal.TestJournals.change;
import static dev.durableobjects.internal.journal.TestJournals.file;
import static dev.durableobjects.internal.journal.TestJournals.whole;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.durableobjects.Bookmark;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.CommitLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// Journals with history, one after the other in one directory, and a database whose second page
/// holds the number of its last commit.
final class HistoryWorld {

    static final DurableObjectId ID = DurableObjectId.of(new byte[32]);

    /// A bound that nothing reaches.
    private static final long LARGE = 1L << 40;

    private final Path root;
    private final Map<Integer, Bookmark> known = new TreeMap<>();
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

    HistoryWorld(Path root) {
        this.root = root;
    }

    /// What happens between a start and an end.
    interface Life {
        void run(Journal journal) throws Exception;
    }

    /// Lives with a disk that works.
    void live(Life life) throws Exception {
        live(Disk.system(), life);
    }

    void live(Disk disk, Life life) throws Exception {
        live(disk, LARGE, life);
    }

    /// Lives until all files of the journal have gone into history.
    void freeAll() throws Exception {
        live(
                Disk.system(),
                1,
                journal -> {
                    while (journal.state().bytes() > 1) {
                        Thread.onSpinWait();
                    }
                });
    }

    private void live(Disk disk, long journalBytesMax, Life life) throws Exception {
        HeldWaiting waiting = new HeldWaiting();
        Duration month = Duration.ofDays(30);
        try (Journal journal =
                new Journal(
                        root,
                        disk,
                        waiting,
                        () -> now,
                        30,
                        journalBytesMax,
                        new HistoryRules(Map.of("key", month), month, LARGE, LARGE),
                        JournalIndex.none())) {
            journal.checkpointThrough((file, use) -> {
                journal.redo().release(file, Redo.Closed.WITHOUT_LOG); // Nobody has databases here.
                return false;
            });
            try {
                life.run(journal);
            } finally {
                waiting.release();
            }
        }
    }

    /// Commits these numbers, one each second.
    void write(Journal journal, int from, int to) {
        for (int value = from; value <= to; value++) {
            TestJournals.write(journal, value == 1 ? whole(0, value) : change(0, value));
            known.put(value, journal.history().now(ID, file(0)));
            now = now.plusSeconds(1);
        }
    }

    /// Returns the moment behind a commit.
    Bookmark bookmark(int value) {
        return Objects.requireNonNull(known.get(value));
    }

    void assertEveryMomentIsKnown(Journal journal) throws IOException {
        assertThat(known.keySet(), is(not(empty())));
        for (Map.Entry<Integer, Bookmark> one : known.entrySet()) {
            int value = read(journal, one.getValue())[PAGE_BYTES];
            assertThat("the value behind commit " + one.getKey(), value, is(one.getKey()));
        }
    }

    /// Returns the database as it was.
    byte[] read(Journal journal, Bookmark bookmark) throws IOException {
        Path scratch = root.resolve("scratch");
        Files.deleteIfExists(scratch);
        journal.history().write(file(0), ID, bookmark, scratch);
        return Files.readAllBytes(scratch);
    }

    /// Returns the time of day.
    Instant now() {
        return now;
    }

    /// A second passes with each commit.
    CommitLog ticking(Journal journal) {
        return new CommitLog() {
            @Override
            public long append(Commit commit) {
                now = now.plusSeconds(1);
                return journal.append(commit);
            }

            @Override
            public void awaitDurable(long position) {
                journal.awaitDurable(position);
            }

            @Override
            public long durable() {
                return journal.durable();
            }

            @Override
            public void close() {}
        };
    }
}
