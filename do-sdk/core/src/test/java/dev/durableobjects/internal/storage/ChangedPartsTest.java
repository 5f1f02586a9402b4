package dev.durableobjects.internal.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.journal.HistoryRules;
import dev.durableobjects.internal.journal.Journal;
import dev.durableobjects.internal.journal.JournalIndex;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.PageImage;
import dev.durableobjects.sql.SqlPolicy;
import dev.durableobjects.sql.SqlStorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The parts of pages that the journal gets make the very bytes of the database again, whatever was
/// done to it, and from whatever state of its file.
class ChangedPartsTest {

    private static final String FILE = "objects/key/00/object.sqlite";
    private static final int TABLES = 4;
    private static final int COMMITS = 100;
    private static final int BLOB_BYTES_MAX = 9_000;
    private static final int ROLLED_BACK_BYTES = 2_000_000;

    @TempDir private Path parent;

    static Stream<Long> seeds() {
        long first = System.nanoTime();
        return Stream.iterate(first, seed -> seed + 1).limit(4);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theJournalMakesTheSameBytes(long seed) throws Exception {
        Path root = parent.resolve("alive");
        Path older = parent.resolve("older");
        Random random = new Random(seed);
        try (Journal journal = journal(root);
                ObjectDatabase database = database(root, journal)) {
            create(database, "t0");
            for (int i = 0; i < COMMITS; i++) {
                change(database, random);
                database.commit();
                if (random.nextInt(4) != 0) { // Else two commits are taken together.
                    append(database, journal);
                }
                if (random.nextInt(20) == 0 && Files.exists(root.resolve(FILE))) {
                    copy(root.resolve(FILE), older);
                }
                if (random.nextInt(10) == 0) {
                    append(database, journal);
                    check(root, database, older, "seed %d, commit %d".formatted(seed, i));
                }
            }
        }
    }

    @Test
    void whatWasRolledBackIsNotRead() throws IOException {
        Path root = parent.resolve("rolled-back");
        try (Journal journal = journal(root);
                ObjectDatabase database = database(root, journal)) {
            create(database, "t0");
            database.commit();
            append(database, journal);
            ObjectStorage storage = new ObjectStorage(database);
            assertThrows(
                    IllegalStateException.class,
                    () ->
                            storage.transactionSync(() -> {
                                byte[] blob = new byte[ROLLED_BACK_BYTES];
                                storage.sql().exec("INSERT INTO t0 VALUES (1, ?)", blob);
                                throw new IllegalStateException("odd");
                            }));
            database.sql().exec("INSERT INTO t0 VALUES (2, NULL)");
            database.commit();

            Commit commit = database.changes(DurableObjectId.of(new byte[32])).orElseThrow();

            for (PageImage page : commit.pages()) {
                assertThat(page.bytes().length, is(lessThan(ROLLED_BACK_BYTES / 10)));
            }
        }
    }

    @Test
    void whatTheJournalDoesNotHaveDoesNotGetIntoTheFile() throws IOException {
        Path root = parent.resolve("not-known");
        try (Journal journal = journal(root)) {
            try (ObjectDatabase database = database(root, journal)) {
                create(database, "t0");
                database.commit();
                append(database, journal);
                database.sql().exec("INSERT INTO t0 VALUES (1, NULL)");
                database.commit(); // And nobody asks what it has changed.

                assertThrows(SqlStorageException.class, database::checkpoint);
                assertThat(database.isCritical(), is(true));
            }
            try (ObjectDatabase database = database(root, journal)) {
                assertThat(rows(database), is(0L));
                database.sql().exec("INSERT INTO t0 VALUES (2, NULL)");
                database.commit();
            } // It ends without a checkpoint before.
            try (ObjectDatabase database = database(root, journal)) {
                assertThat(rows(database), is(0L));
            }
        }
    }

    private static long rows(ObjectDatabase database) {
        return database.sql().exec("SELECT count(*) AS n FROM t0").one().getLong("n");
    }

    /// Recovers from the file as it is now, from one as it was some time ago, from a torn one, and
    /// from none.
    private void check(Path root, ObjectDatabase database, Path older, String when)
            throws IOException {
        Path now = root.resolve(FILE);
        byte[] current = Files.readAllBytes(now);
        byte[] former = Files.exists(older) ? Files.readAllBytes(older) : current;
        Path journal = parent.resolve("journal");
        copyAll(root.resolve("journal"), journal);
        database.checkpoint();
        byte[] expected = Files.readAllBytes(now);

        assertThat(when + ", as it is", recovered(journal, current), is(expected));
        assertThat(when + ", an older one", recovered(journal, former), is(expected));
        assertThat(when + ", a torn one", recovered(journal, torn(former, expected)), is(expected));
        assertThat(when + ", none", recovered(journal, new byte[0]), is(expected));
    }

    private byte[] recovered(Path journal, byte[] file) throws IOException {
        Path root = parent.resolve("recovered");
        Path database = root.resolve(FILE);
        copyAll(journal, root.resolve("journal"));
        Files.createDirectories(database.getParent());
        Files.deleteIfExists(database);
        if (file.length > 0) {
            Files.write(database, file);
        }
        try (Journal read = journal(root)) {
            read.redo().prepare(FILE);
        }
        return Files.readAllBytes(database);
    }

    /// Every other sector is the newer one.
    private static byte[] torn(byte[] older, byte[] newer) {
        byte[] torn = Arrays.copyOf(older, Math.max(older.length, newer.length));
        for (int at = 0; at + 512 <= newer.length; at += 1_024) {
            System.arraycopy(newer, at, torn, at, 512);
        }
        return torn;
    }

    private static void change(ObjectDatabase database, Random random) {
        String table = "t" + random.nextInt(TABLES);
        int key = random.nextInt(40);
        switch (random.nextInt(12)) {
            case 0 -> database.sql().exec("DROP TABLE IF EXISTS " + table);
            case 1 -> database.deleteAll(); // It cuts the file.
            case 2 -> {
                create(database, table);
                database.sql().exec("DELETE FROM %s WHERE id > ?".formatted(table), key);
            }
            default -> {
                create(database, table);
                byte[] blob = new byte[random.nextInt(BLOB_BYTES_MAX)];
                Arrays.fill(blob, (byte) random.nextInt(3)); // Parts of other rows are like it.
                database.sql()
                        .exec(
                                "INSERT OR REPLACE INTO %s VALUES (?, ?)".formatted(table),
                                key,
                                blob);
            }
        }
    }

    private static void create(ObjectDatabase database, String table) {
        database.sql()
                .exec(
                        "CREATE TABLE IF NOT EXISTS %s (id INTEGER PRIMARY KEY, value BLOB)"
                                .formatted(table));
    }

    private static void append(ObjectDatabase database, Journal journal) throws IOException {
        Optional<Commit> changes = database.changes(DurableObjectId.of(new byte[32]));
        changes.ifPresent(commit -> journal.awaitDurable(journal.append(commit)));
    }

    private static Journal journal(Path root) throws IOException {
        return new Journal(
                root,
                Disk.system(),
                Waiting.system(),
                InstantSource.system(),
                30,
                1L << 30,
                HistoryRules.off(),
                JournalIndex.none());
    }

    private static ObjectDatabase database(Path root, Journal journal) throws IOException {
        return new ObjectDatabase(
                root.resolve(FILE),
                new Journaling(
                        journal.history(),
                        journal.redo(),
                        DurableObjectId.of(new byte[DurableObjectId.LENGTH]),
                        FILE),
                new OpenHost(SqlPolicy.CLOUDFLARE, () -> true),
                Limits.standard(),
                Waiting.system());
    }

    private static void copyAll(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> old = Files.list(to)) {
            for (Path one : old.toList()) {
                Files.delete(one);
            }
        }
        try (Stream<Path> files = Files.list(from)) {
            for (Path one : files.toList()) {
                copy(one, to.resolve(one.getFileName()));
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.write(to, Files.readAllBytes(from));
    }
}
