package dev.durableobjects.runtime;

import dev.durableobjects.AlarmInvocationInfo;
import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// A data directory that has one of everything: objects with and without history, old and new ones,
/// in the journal or not any more, with indexes, large values and free pages.
final class StoredShelves {

    static final Binding<Shelf> KEPT = Binding.of("KEPT", Shelf.class);
    static final Binding<Shelf> UNKEPT = Binding.of("UNKEPT", Shelf.class);

    private static final int BOOKS = 40;

    private static final List<Duration> HISTORIES =
            List.of(Duration.ZERO, Duration.ofDays(1), Duration.ofDays(30), Duration.ofDays(30));

    private final Path directory;
    private Instant now = Instant.parse("2026-03-01T00:00:00Z");

    private StoredShelves(Path directory) {
        this.directory = directory;
    }

    private StoredShelves(Path directory, Instant now) {
        this.directory = directory;
        this.now = now;
    }

    /// Makes one. The runtime that did is closed.
    ///
    /// @param targets directory for copies
    /// @return a copy of what it left before it closed
    static Path make(Path directory, Path targets) {
        return new StoredShelves(directory).make(targets);
    }

    private Path make(Path targets) {
        try (DurableObjects objects = start(Duration.ZERO)) { // History begins with a copy later.
            for (int i = 0; i < 4; i++) {
                fill(objects, KEPT, "old" + i);
                fill(objects, UNKEPT, "old" + i);
            }
        }
        try (DurableObjects objects = start(Duration.ofDays(30))) {
            awaitBegun();
            fill(objects, KEPT, "old0");
            for (int i = 0; i < 6; i++) {
                fill(objects, KEPT, "new" + i);
            }
            fill(objects, KEPT, "deleted");
            shelf(objects, KEPT, "deleted").clear();
            writeUntil(objects, "history/objects/kept", ".history", 8);
            writeUntil(objects, "history/segments", ".journal", 2);
            fill(objects, KEPT, "new1");
            fill(objects, KEPT, "newest");
            shelf(objects, KEPT, "new2").restore();
            return NotesDirectory.copyAtRest(directory, targets);
        }
    }

    /// Lets history begin anew.
    static void begin(Path directory) {
        StoredShelves shelves = new StoredShelves(directory);
        try (DurableObjects objects = shelves.start(Duration.ofDays(30))) {
            shelves.awaitBegun();
            shelves.fill(objects, KEPT, "old0");
        }
    }

    private void awaitBegun() {
        while (count("history/begun", "") == 0) {
            Thread.onSpinWait();
        }
    }

    /// Lets lives follow each other, each with other rules for history, at random.
    ///
    /// @param ended told the directory after each life, which is killed or closed
    static void live(Path directory, Random random, int lives, Consumer<Path> ended) {
        Path current = directory;
        StoredShelves shelves = new StoredShelves(directory);
        for (int i = 0; i < lives; i++) {
            Path next = current;
            Duration history = HISTORIES.get(random.nextInt(HISTORIES.size()));
            try (DurableObjects objects = shelves.start(history)) {
                for (int event = random.nextInt(12); event > 0; event--) {
                    shelves.act(objects, random);
                }
                if (random.nextBoolean()) {
                    next = NotesDirectory.copyAtRest(current, directory.resolveSibling("life" + i));
                }
            }
            ended.accept(next);
            current = next;
            shelves = new StoredShelves(current, shelves.now);
        }
    }

    private void act(DurableObjects objects, Random random) {
        String name = "any" + random.nextInt(9);
        switch (random.nextInt(8)) {
            case 0 -> shelf(objects, KEPT, name).clear();
            case 1 -> now = now.plus(Duration.ofHours(random.nextInt(60)));
            case 2 -> fill(objects, UNKEPT, name);
            case 3 -> shelf(objects, KEPT, name).put(0, "large", 1 << 20);
            default -> fill(objects, KEPT, name);
        }
    }

    private DurableObjects start(Duration history) {
        return TestRuntime.withClock(
                        DurableObjects.builder()
                                .directory(directory)
                                .limit(Limit.JOURNAL_MIB, 1)
                                .limit(Limit.LIVE_OBJECTS, 4)
                                .limit(Limit.HISTORY_OBJECT_MIB, 1)
                                .limit(Limit.HISTORY_MIB, 8)
                                .namespace(
                                        KEPT, ShelfObject::new, config -> config.history(history))
                                .namespace(
                                        UNKEPT,
                                        ShelfObject::new,
                                        config -> config.history(Duration.ZERO)),
                        () -> now)
                .build();
    }

    /// Writes to an object that counts for nothing else, until there are some files.
    private void writeUntil(DurableObjects objects, String folder, String suffix, int count) {
        while (count(folder, suffix) < count) {
            fill(objects, KEPT, "filler");
        }
    }

    private void fill(DurableObjects objects, Binding<Shelf> binding, String name) {
        for (int i = 0; i < BOOKS; i++) {
            now = now.plusSeconds(1);
            shelf(objects, binding, name).put(i, "title %d of %s".formatted(i, name), i * 97);
        }
        shelf(objects, binding, name).take(BOOKS / 2);
    }

    private static Shelf shelf(DurableObjects objects, Binding<Shelf> binding, String name) {
        return objects.env().namespace(binding).getByName(name).rpc();
    }

    private long count(String folder, String suffix) {
        return files(directory, folder, suffix).size();
    }

    /// Returns files in their order.
    static List<Path> files(Path directory, String folder, String suffix) {
        Path begin = directory.resolve(folder);
        if (Files.notExists(begin)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(begin)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Keeps books, which can be found by their titles.
    interface Shelf {

        void put(int number, String title, int bytes);

        void take(int number);

        void clear();

        /// Lets the shelf be at its next start what it is now.
        void restore();
    }

    /// Keeps them in a table with an index.
    static final class ShelfObject extends DurableObject implements Shelf {

        ShelfObject(DurableObjectState ctx, Env env) {
            super(ctx, env);
        }

        @Override
        public void put(int number, String title, int bytes) {
            var sql = ctx.storage().sql();
            sql.exec(
                    "CREATE TABLE IF NOT EXISTS books"
                            + " (n INTEGER PRIMARY KEY, title TEXT, body BLOB)");
            sql.exec("CREATE INDEX IF NOT EXISTS by_title ON books (title)");
            sql.exec(
                    "INSERT OR REPLACE INTO books VALUES (?, ?, randomblob(?))",
                    number,
                    title,
                    bytes);
            ctx.storage().kv().put(title, number);
            if (number == 7) {
                ctx.storage().setAlarm(Instant.parse("2099-01-01T00:00:00Z"));
            }
        }

        @Override
        public void alarm(AlarmInvocationInfo info) {}

        @Override
        public void take(int number) {
            ctx.storage().sql().exec("DELETE FROM books WHERE n > ?", number);
        }

        @Override
        public void clear() {
            ctx.storage().deleteAll();
        }

        @Override
        public void restore() {
            ctx.storage().restoreOnNextSession(ctx.storage().currentBookmark());
        }
    }
}
