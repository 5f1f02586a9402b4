package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.Binding;
import dev.durableobjects.Bookmark;
import dev.durableobjects.BookmarkException;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectSnapshot;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.operations.Finding;
import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.Verification;
import dev.durableobjects.sql.SqlStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Any moment of any object can be reached again, whatever happened since.
class HistoryTest {

    private static final Binding<Ledger> LEDGER = Binding.of("LEDGER", Ledger.class);
    private static final int OBJECTS = 12;
    private static final int STEPS = Integer.getInteger("history.steps", 2_000);
    private static final long SEED = Long.getLong("history.seed", 20_261_123);

    @TempDir private Path parent;

    private final Random random = new Random(SEED);
    private final Map<String, List<Known>> known = new HashMap<>();
    private Path directory;
    private Instant now = Instant.parse("2026-03-01T00:00:00Z");
    private DurableObjects objects;
    private int lives;
    private int restores;

    @BeforeEach
    void begin() {
        directory = parent.resolve("0");
        objects = start();
    }

    /// What an object held at a moment.
    private record Known(Bookmark bookmark, Instant time, String hash) {}

    @Test
    void everyMomentHasTheContentThatItHad() throws IOException {
        try {
            for (int i = 0; i < STEPS; i++) {
                step(i);
            }
            checkAll();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + SEED, e);
        } finally {
            objects.close();
        }
        verify();
        assertThat("files were sorted", Files.exists(digested()), is(true));
        assertThat(restores, is(greaterThan(STEPS / 50)));
        System.Logger logger = System.getLogger(HistoryTest.class.getName());
        logger.log(
                System.Logger.Level.INFO,
                "seed {0}: {1} steps, {2} restores, {3} lives",
                SEED,
                STEPS,
                restores,
                lives);
    }

    private void step(int number) {
        String name = "o" + random.nextInt(OBJECTS);
        now = now.plusMillis(1 + random.nextInt(200));
        switch (random.nextInt(100)) {
            case 0 -> live();
            case 1, 2 -> restoreBookmark(name);
            case 3, 4 -> restoreTime(name);
            case 5 -> fork(name, "o" + random.nextInt(OBJECTS));
            case 6 -> ledger(name).clear();
            default -> ledger(name).write(number, 1 + random.nextInt(12_000), random.nextInt(40));
        }
        remember(name);
    }

    /// The runtime ends, or is killed: then only a copy of its files goes on.
    private void live() {
        lives++;
        if (random.nextBoolean()) {
            objects.close();
        } else {
            Path killed = NotesDirectory.copyAtRest(directory, parent.resolve("life" + lives));
            objects.close();
            directory = killed;
        }
        verify();
        objects = start();
    }

    private void remember(String name) {
        String hash = ledger(name).hash();
        if (random.nextInt(3) == 0) {
            known.computeIfAbsent(name, key -> new ArrayList<>())
                    .add(new Known(ledger(name).bookmark(), now, hash));
        }
    }

    private void restoreBookmark(String name) {
        List<Known> moments = known.get(name);
        if (moments == null) {
            return;
        }
        Known moment = moments.get(random.nextInt(moments.size()));
        String before = ledger(name).hash();
        Bookmark undo = restored(name, moment.bookmark());
        assertThat("restored", ledger(name).hash(), is(moment.hash()));
        if (random.nextBoolean()) {
            restored(name, undo);
            assertThat("undone", ledger(name).hash(), is(before));
        }
    }

    private void restoreTime(String name) {
        List<Known> moments = known.get(name);
        if (moments == null) {
            return;
        }
        Known moment = moments.get(random.nextInt(moments.size()));
        restored(name, ledger(name).at(moment.time()));
        assertThat("at " + moment.time(), ledger(name).hash(), is(moment.hash()));
    }

    private void fork(String source, String target) {
        List<Known> moments = known.get(source);
        if (moments == null) {
            return;
        }
        Known moment = moments.get(random.nextInt(moments.size()));
        DurableObjectSnapshot snapshot = ledger(source).snapshot(moment.bookmark());
        reset(() -> ledger(target).become(snapshot));
        restores++;
        assertThat("forked", ledger(target).hash(), is(moment.hash()));
    }

    private Bookmark restored(String name, Bookmark bookmark) {
        restores++;
        Bookmark undo = ledger(name).restore(bookmark);
        reset(() -> ledger(name).leave());
        return undo;
    }

    private void checkAll() {
        known.forEach((name, moments) -> {
            for (int i = 0; i < moments.size(); i += 1 + random.nextInt(12)) {
                restored(name, moments.get(i).bookmark());
                assertThat(name + " " + i, ledger(name).hash(), is(moments.get(i).hash()));
            }
        });
    }

    private static void reset(Runnable body) {
        try {
            body.run();
            throw new AssertionError("nobody was reset");
        } catch (DurableObjectException e) {
            assertThat(e.getMessage(), e.kind(), is(DurableObjectException.Kind.ABORTED));
        }
    }

    private void verify() {
        List<Finding> findings = Verification.run(directory, Progress.none()).findings();

        assertThat("seed " + SEED, findings, is(List.of()));
    }

    private DurableObjects start() {
        return TestRuntime.withClock(
                        DurableObjects.builder()
                                .directory(directory)
                                .limit(Limit.JOURNAL_MIB, 1)
                                .limit(Limit.LIVE_OBJECTS, 4)
                                .namespace(LEDGER, LedgerObject::new),
                        () -> now)
                .build();
    }

    private Ledger ledger(String name) {
        return objects.env().namespace(LEDGER).getByName(name).rpc();
    }

    private Path digested() {
        return directory.resolve("history").resolve("objects").resolve("ledger");
    }

    /// What a test asks an object to keep.
    interface Ledger {

        void write(int number, int bytes, int slot);

        void clear();

        String hash();

        Bookmark bookmark();

        Bookmark at(Instant time) throws BookmarkException;

        Bookmark restore(Bookmark bookmark);

        void leave();

        DurableObjectSnapshot snapshot(Bookmark bookmark);

        void become(DurableObjectSnapshot snapshot);
    }

    /// Rows of random sizes.
    static final class LedgerObject extends DurableObject implements Ledger {

        private final SqlStorage sql;

        LedgerObject(DurableObjectState ctx, Env env) {
            super(ctx, env);
            sql = ctx.storage().sql();
        }

        @Override
        public void write(int number, int bytes, int slot) {
            sql.exec("CREATE TABLE IF NOT EXISTS t (slot INTEGER PRIMARY KEY, n, body)");
            sql.exec("INSERT OR REPLACE INTO t VALUES (?, ?, randomblob(?))", slot, number, bytes);
            if (slot % 7 == 0) {
                sql.exec("DELETE FROM t WHERE slot > ?", slot + 5);
            }
        }

        @Override
        public void clear() {
            ctx.storage().deleteAll();
        }

        @Override
        public String hash() {
            boolean isEmpty =
                    sql.exec("SELECT 1 FROM sqlite_schema WHERE name = 't'")
                            .map(row -> 1)
                            .isEmpty();
            return isEmpty
                    ? "nothing"
                    : sql.exec("SELECT slot, n, hex(substr(body, -9)) AS l FROM t ORDER BY slot")
                            .map(row -> row.get("slot") + ":" + row.get("n") + ":" + row.get("l"))
                            .toString();
        }

        @Override
        public Bookmark bookmark() {
            return ctx.storage().currentBookmark();
        }

        @Override
        public Bookmark at(Instant time) {
            return ctx.storage().bookmarkAt(time);
        }

        @Override
        public Bookmark restore(Bookmark bookmark) {
            return ctx.storage().restoreOnNextSession(bookmark);
        }

        @Override
        public void leave() {
            ctx.abort("restore");
        }

        @Override
        public DurableObjectSnapshot snapshot(Bookmark bookmark) {
            return ctx.storage().snapshot(bookmark);
        }

        @Override
        public void become(DurableObjectSnapshot snapshot) {
            ctx.storage().restoreOnNextSession(snapshot);
            ctx.abort("fork");
        }
    }
}
