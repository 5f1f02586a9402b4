package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Any moment of any object can be reached again, whatever happened since.
@Timeout(value = 1, unit = TimeUnit.DAYS) // It runs for as long as its properties say.
class HistoryTest {

    private static final Binding<Diary> DIARY = Binding.of("DIARY", Diary.class);
    private static final int OBJECTS = 30;
    private static final int STEPS = Integer.getInteger("history.steps", 2_000);

    /// How often the clock jumps, so that the past becomes coarser; within the days that are kept.
    private static final int JUMPS = 16;

    private static final int JUMP_HOURS_MAX = 40;
    private static final String NOTHING = "nothing";
    private static final long SEED = Long.getLong("history.seed", 20_261_123);

    @TempDir private Path parent;

    private final Random random = new Random(SEED);
    private final Map<String, List<Known>> known = new HashMap<>();
    private Path directory;
    private Instant now = Instant.parse("2026-03-01T00:00:00Z");
    private DurableObjects objects;
    private int lives;
    private int restores;
    private int coarse;

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
        assertThat("the past has become coarser", coarse, is(greaterThan(0)));
        System.Logger logger = System.getLogger(HistoryTest.class.getName());
        logger.log(
                System.Logger.Level.INFO,
                "seed {0}: {1} steps, {2} restores, {3} of them to the end of a step, {4} lives",
                String.valueOf(SEED),
                STEPS,
                restores,
                coarse,
                lives);
    }

    private void step(int number) {
        String name = "o" + random.nextInt(OBJECTS);
        now = now.plusMillis(1 + random.nextInt(200));
        if (random.nextInt(STEPS) < JUMPS) {
            now = now.plus(Duration.ofHours(1 + random.nextInt(JUMP_HOURS_MAX)));
        }
        switch (random.nextInt(100)) {
            case 0 -> live();
            case 1, 2 -> restoreBookmark(name);
            case 3, 4 -> restoreTime(name);
            case 5 -> fork(name, "o" + random.nextInt(OBJECTS));
            case 6 -> diary(name).clear();
            default -> diary(name).write(number, 1 + random.nextInt(12_000), random.nextInt(40));
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
        Diary diary = diary(name);
        known.computeIfAbsent(name, key -> new ArrayList<>())
                .add(new Known(diary.bookmark(), now, diary.hash()));
    }

    private void restoreBookmark(String name) {
        any(name)
                .ifPresent(moment -> {
                    String before = diary(name).hash();
                    Bookmark undo = restored(name, moment.bookmark());
                    check("restored", diary(name).hash(), name, moment, true);
                    remember(name);
                    if (random.nextBoolean()) {
                        restored(name, undo);
                        assertThat("undone", diary(name).hash(), is(before));
                    }
                });
    }

    private void restoreTime(String name) {
        any(name)
                .ifPresent(moment -> {
                    restored(name, diary(name).at(moment.time()));
                    check("at its time", diary(name).hash(), name, moment, false);
                });
    }

    private void fork(String source, String target) {
        any(source)
                .ifPresent(moment -> {
                    DurableObjectSnapshot snapshot = diary(source).snapshot(moment.bookmark());
                    reset(() -> diary(target).become(snapshot));
                    restores++;
                    check("forked", diary(target).hash(), source, moment, true);
                    remember(target);
                });
    }

    private Optional<Known> any(String name) {
        List<Known> moments = known.getOrDefault(name, List.of());
        return moments.isEmpty()
                ? Optional.empty()
                : Optional.of(moments.get(random.nextInt(moments.size())));
    }

    /// Checks what a moment has become: itself, or once it is old enough, the end of the step that
    /// it belongs to; by its time, the end of a step before it.
    private void check(String what, String found, String name, Known moment, boolean isForward) {
        if (found.equals(moment.hash())) {
            return;
        }
        long step = step(Duration.between(moment.time(), now)).toMillis();
        assertThat(what + " is not " + moment, step, is(greaterThan(0L)));
        List<Known> all = known.getOrDefault(name, List.of());
        int at = all.indexOf(moment);
        long bucket = moment.time().toEpochMilli() / step;
        Set<String> allowed = new HashSet<>();
        for (int i = at; isForward && i < all.size() && isIn(bucket, step, all.get(i)); i++) {
            allowed.add(all.get(i).hash());
        }
        boolean isBefore = true;
        for (int i = at; !isForward && i >= 0 && isBefore; i--) {
            allowed.add(all.get(i).hash());
            isBefore = isIn(bucket, step, all.get(i)); // One of the steps before, the last of it.
        }
        if (!isForward && isBefore) {
            allowed.add(NOTHING); // The first step ends later.
        }
        assertThat(what + " is not " + moment, allowed, hasItem(found));
        coarse++;
    }

    private static boolean isIn(long bucket, long step, Known moment) {
        return moment.time().toEpochMilli() / step == bucket;
    }

    /// Returns the step for an age, as users are told.
    private static Duration step(Duration age) {
        if (age.compareTo(Duration.ofHours(1)) < 0) {
            return Duration.ZERO;
        }
        if (age.compareTo(Duration.ofDays(1)) < 0) {
            return Duration.ofMinutes(1);
        }
        return age.compareTo(Duration.ofDays(7)) < 0 ? Duration.ofHours(1) : Duration.ofDays(1);
    }

    private Bookmark restored(String name, Bookmark bookmark) {
        restores++;
        Bookmark undo = diary(name).restore(bookmark);
        reset(() -> diary(name).leave());
        return undo;
    }

    private void checkAll() {
        known.forEach((name, moments) -> {
            int end = moments.size();
            for (int i = 0; i < end; i += 1 + random.nextInt(12)) {
                restored(name, moments.get(i).bookmark());
                check(name + " " + i, diary(name).hash(), name, moments.get(i), true);
                remember(name); // A commit like others.
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
                                .namespace(DIARY, DiaryObject::new),
                        () -> now)
                .build();
    }

    private Diary diary(String name) {
        return objects.env().namespace(DIARY).getByName(name).rpc();
    }

    private Path digested() {
        return directory.resolve("history").resolve("objects").resolve("diary");
    }

    /// What a test asks an object to keep.
    interface Diary {

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
    static final class DiaryObject extends DurableObject implements Diary {

        private final SqlStorage sql;

        DiaryObject(DurableObjectState ctx, Env env) {
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
            return isEmpty ? NOTHING : RowDigest.of(sql, List.of("t"));
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
