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
import java.util.stream.Stream;

/// A data directory that has one of everything: objects with and without history, old and new ones,
/// in the journal or not any more, with indexes, large values and free pages.
final class StoredShelves {

    static final Binding<Shelf> KEPT = Binding.of("KEPT", Shelf.class);
    static final Binding<Shelf> UNKEPT = Binding.of("UNKEPT", Shelf.class);

    private static final int BOOKS = 40;

    private final Path directory;
    private Instant now = Instant.parse("2026-03-01T00:00:00Z");

    private StoredShelves(Path directory) {
        this.directory = directory;
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
            while (!exists("history/begun", "")) {
                Thread.onSpinWait();
            }
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
            return NotesDirectory.copyAtRest(directory, targets);
        }
    }

    private DurableObjects start(Duration history) {
        return TestRuntime.withClock(
                        DurableObjects.builder()
                                .directory(directory)
                                .limit(Limit.JOURNAL_MIB, 1)
                                .limit(Limit.LIVE_OBJECTS, 4)
                                .namespace(KEPT, ShelfObject::new, config -> config.history(history))
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

    private boolean exists(String folder, String suffix) {
        return count(folder, suffix) > 0;
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
                    "CREATE TABLE IF NOT EXISTS books (n INTEGER PRIMARY KEY, title TEXT, body BLOB)");
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
    }
}
