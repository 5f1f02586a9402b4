package dev.durableobjects.spec;

import static dev.durableobjects.spec.OperatorWorld.NAMESPACE;
import static dev.durableobjects.spec.OperatorWorld.OTHER;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Bookmark;
import dev.durableobjects.BookmarkException;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.Limit;
import dev.durableobjects.operations.NodeOperations;
import dev.durableobjects.operations.OperationException;
import dev.durableobjects.operations.OperationException.Reason;
import dev.durableobjects.operations.StoredObject;
import dev.durableobjects.spec.OperatorWorld.Way;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// An object as a plain SQLite file, and a plain SQLite file as an object.
@Timeout(60)
class ExportSpec {

    private static final Instant LATE = Instant.parse("2200-01-01T00:00:00Z");

    private static final String UNPAIRED =
            "SELECT v FROM t WHERE v <> 0 GROUP BY v HAVING count(*) <> 2";

    @TempDir private Path directory;
    @TempDir private Path files;

    private OperatorWorld world;
    private Path file;

    @AfterEach
    void close() {
        if (world != null) {
            world.close();
        }
    }

    private void start(Way way) {
        world = new OperatorWorld(directory, way);
        file = files.resolve("what is it? 100%.sqlite");
    }

    private void export(String object) throws Exception {
        world.operation(
                operations -> operations.exportObject(operations.find(NAMESPACE, object), file));
    }

    private Optional<Bookmark> importInto(String object) throws Exception {
        return world.operate(
                operations -> operations.importObject(operations.object(NAMESPACE, object), file));
    }

    @ParameterizedTest
    @EnumSource
    void anExportIsAPlainFile(Way way) throws Exception {
        start(way);
        world.insert("a", 1);
        world.insert("a", 2);

        export("a");

        byte[] bytes = Files.readAllBytes(file);
        assertThat(List.of(bytes[18], bytes[19]), is(List.of((byte) 1, (byte) 1)));
        assertThat(filesThere(), contains(file.getFileName().toString()));
        assertThat(OperatorWorld.ask(file, "PRAGMA integrity_check"), contains("ok"));
        assertThat(OperatorWorld.ask(file, "SELECT v FROM t"), contains(1, 2));
        OperatorWorld.change(file, "INSERT INTO t VALUES (3)");
        assertThat(filesThere(), contains(file.getFileName().toString()));
        assertThat(world.values("a"), contains(1L, 2L));
    }

    private List<String> filesThere() throws IOException {
        try (Stream<Path> all = Files.list(files)) {
            return all.map(one -> one.getFileName().toString()).toList();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anExportCanBeOfATimeBefore(Way way) throws Exception {
        start(way);
        Instant before = OperatorWorld.pass();
        world.insert("a", 1);
        Instant then = OperatorWorld.pass();
        world.insert("a", 2);

        world.operation(operations -> {
            StoredObject object = operations.find(NAMESPACE, "a");
            assertThat(
                    reason(() -> operations.exportObject(object, before, file)),
                    is(Reason.UNKNOWN_OBJECT));
            assertThrows(
                    BookmarkException.class, () -> operations.exportObject(object, LATE, file));
            assertThat(filesThere(), is(empty()));
            operations.exportObject(object, then, file);
        });

        assertThat(OperatorWorld.ask(file, "SELECT v FROM t"), contains(1));
        assertThat(OperatorWorld.ask(file, "PRAGMA integrity_check"), contains("ok"));
    }

    @ParameterizedTest
    @EnumSource
    void anExportOverwritesNothing(Way way) throws Exception {
        start(way);
        world.insert("a", 1);
        Path scratch = file.resolveSibling(file.getFileName() + ".new");

        world.operation(operations -> {
            StoredObject object = operations.find(NAMESPACE, "a");
            Path lost = files.resolve("none").resolve("a.sqlite");
            assertThat(reason(() -> operations.exportObject(object, lost)), is(Reason.TARGET));
            Path inside = directory.resolve("a.sqlite");
            assertThat(reason(() -> operations.exportObject(object, inside)), is(Reason.TARGET));
            assertThat("it is in the data directory", Files.exists(inside), is(false));
            Files.writeString(file, "mine");
            assertThat(reason(() -> operations.exportObject(object, file)), is(Reason.TARGET));
            assertThat(Files.readString(file), is("mine"));
            Files.move(file, scratch);
            assertThat(reason(() -> operations.exportObject(object, file)), is(Reason.TARGET));
            assertThat(Files.readString(scratch), is("mine"));
            Files.delete(scratch);
            assertThat(
                    reason(() -> operations.exportObject(operations.object(OTHER, "a"), file)),
                    is(Reason.UNKNOWN_OBJECT));
        });

        assertThat(filesThere(), is(empty()));
    }

    @Test
    void anExportIsOfOneMomentBetweenTwoEvents() throws Exception {
        start(Way.LIVE);
        world.insert("a", 0);
        world.runtime()
                .script(
                        "pair",
                        (self, argument) -> {
                            self.insert(argument);
                            self.insert(argument);
                            return null;
                        });
        Thread writer =
                Thread.ofVirtual()
                        .start(() -> {
                            for (int i = 0; !Thread.interrupted(); i++) {
                                run("pair", "x".repeat(i % 9_000) + i);
                            }
                        });

        for (int i = 0; i < 20; i++) {
            export("a");
            assertThat(OperatorWorld.ask(file, UNPAIRED), is(empty()));
            Files.delete(file);
        }

        writer.interrupt();
        writer.join();
    }

    private void run(String script, String argument) {
        try {
            world.runtime().stub("a").rpc().run(script, argument);
        } catch (Exception e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anObjectBecomesWhatAFileHolds(Way way) throws Exception {
        start(way);
        world.insert("a", 1);
        world.runtime()
                .in(
                        "a",
                        (self, argument) -> {
                            self.ctx().storage().kv().put("k", "v");
                            self.ctx().schedules().at("later", LATE);
                            return null;
                        });
        world.insert("b", 9);
        world.setAlarm("b", LATE);
        export("a");

        Bookmark undo = importInto("b").orElseThrow();
        importInto("new");
        world.operate(operations -> operations.importObject(operations.object(OTHER, "a"), file));

        assertThat(world.values("b"), contains(1L));
        assertThat(world.alarm("b"), is(Optional.empty()));
        assertThat(world.values("new"), contains(1L));
        assertThat(world.othersValues("a"), contains(1L));
        assertThat(
                world.runtime()
                        .in(
                                "new",
                                (self, argument) ->
                                        self.ctx().storage().kv().get("k", String.class)),
                is(Optional.of("v")));
        assertThat(
                world.runtime().in("new", (self, argument) -> self.ctx().schedules().list().size()),
                is(1));
        assertThat(world.listed(), contains("a", "b", "new"));
        world.operate(operations -> operations.rewind(operations.find(NAMESPACE, "b"), undo));
        assertThat(world.values("b"), contains(9L));
    }

    @ParameterizedTest
    @EnumSource
    void anAlarmThatComesWithAFileRuns(Way way) throws Exception {
        start(way);
        world.setAlarm("a", LATE);
        export("a");
        OperatorWorld.change(file, "UPDATE _do_schedules SET scheduled_at = 1, due_at = 1");

        importInto("b");

        assertThat(world.alarms.poll(30, TimeUnit.SECONDS), is("b"));
        assertThat(world.alarm("a"), is(Optional.of(LATE)));
    }

    @ParameterizedTest
    @EnumSource
    void anImportThatTheObjectCannotStartWithWaitsAndIsTold(Way way) throws Exception {
        start(way);
        world.insert("a", 1);
        export("a");
        String id = world.runtime().namespace().idFromName("new").toString();
        Path inTheWay = directory.resolve("objects/probe").resolve(id.substring(0, 2));
        Files.writeString(inTheWay, "no directory");
        List<String> logged = new CopyOnWriteArrayList<>();

        DurableObjectException told;
        try (Logged _ = new Logged(NodeOperations.class, logged::add)) {
            told = assertThrows(DurableObjectException.class, () -> importInto("new"));
        }
        Files.delete(inTheWay);

        String message = String.valueOf(told.getMessage());
        assertThat(message, containsString("PROBE new cannot be started now, and is imported at"));
        assertThat(message, containsString(inTheWay.toString()));
        Matcher undo = Pattern.compile("rewind to (\\S+) undoes it").matcher(message);
        assertThat(message, undo.find());
        assertThat(logged.toString(), containsString(undo.group()));
        assertThat(world.values("new"), contains(1L));
        world.operate(operations ->
                operations.rewind(
                        operations.object(NAMESPACE, "new"), new Bookmark(undo.group(1))));
        assertThat(world.values("new"), is(empty()));
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 1024, 65_536})
    void aPageMayHaveAnotherSize(int bytes) throws Exception {
        start(Way.OFFLINE);
        world.insert("a", 1);
        world.insert("a", "x".repeat(50_000));
        OperatorWorld.change(
                file,
                "PRAGMA page_size = " + bytes,
                "CREATE TABLE t (v)",
                "INSERT INTO t VALUES (7), (hex(randomblob(50000)))");

        Bookmark undo = importInto("a").orElseThrow();
        world.insert("a", 8);
        Path copy = files.resolve("copy.sqlite");
        Instant now = OperatorWorld.pass();
        world.operation(operations -> {
            operations.exportObject(operations.find(NAMESPACE, "a"), now, copy);
            operations.rewind(operations.find(NAMESPACE, "a"), undo);
        });

        assertThat(OperatorWorld.ask(copy, "PRAGMA page_size"), contains(bytes));
        assertThat(
                OperatorWorld.ask(copy, "SELECT v FROM t WHERE typeof(v) = 'integer'"),
                contains(7, 8));
        assertThat(world.values("a").size(), is(2));
        assertThat(world.values("a").getFirst(), is(1L));
    }

    @ParameterizedTest
    @EnumSource
    void whatCannotBecomeAnObjectIsRefused(Way way) throws Exception {
        world =
                new OperatorWorld(
                        directory,
                        way,
                        builder -> builder.limit(Limit.IMPORT_MIB, 1),
                        config -> {});
        file = files.resolve("f");
        world.insert("a", 1);

        assertThat(refusal(), is(Reason.NO_DATABASE));
        Files.writeString(file, "no database");
        assertThat(refusal(), is(Reason.NO_DATABASE));
        Files.delete(file);
        OperatorWorld.change(file, "PRAGMA encoding = 'UTF-16'", "CREATE TABLE t (v)");
        assertThat(refusal(), is(Reason.DAMAGED));
        Files.delete(file);
        OperatorWorld.change(file, "CREATE TABLE _do_schedules (a, b)");
        assertThat(refusal(), is(Reason.DAMAGED));
        Files.delete(file);
        fill(100_000);
        try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
            damaged.seek(5_000);
            damaged.write(new byte[10_000]);
        }
        assertThat(refusal(), is(Reason.DAMAGED));
        fill(100_000);
        Files.writeString(files.resolve("f-wal"), "7");
        assertThat(refusal(), is(Reason.PENDING_LOG));
        Files.delete(files.resolve("f-wal"));
        try (RandomAccessFile torn = new RandomAccessFile(file.toFile(), "rw")) {
            torn.setLength(torn.length() - 100);
        }
        assertThat(refusal(), is(Reason.DAMAGED));
        fill(2_000_000);
        if (way == Way.LIVE) { // A directory that nobody uses has the usual limits.
            assertThat(refusal(), is(Reason.TOO_LARGE));
        }

        assertThat(world.values("a"), contains(1L));
    }

    private void fill(int bytes) throws Exception {
        Files.deleteIfExists(file);
        OperatorWorld.change(
                file,
                "CREATE TABLE t (v)",
                "INSERT INTO t VALUES (randomblob(%d))".formatted(bytes));
    }

    private Reason refusal() {
        return reason(() -> importInto("a"));
    }

    @Test
    void aDamagedObjectIsNotExported() throws Exception {
        start(Way.OFFLINE);
        world.insert("a", "x".repeat(100_000));
        world.close();
        Path database = ObjectFiles.databases(directory).getFirst();
        long bytes = Files.size(database);
        start(Way.OFFLINE);

        OperationException refused =
                assertThrows(
                        OperationException.class,
                        () ->
                                world.operation(operations -> {
                                    StoredObject object = operations.find(NAMESPACE, "a");
                                    operations.exportObject(object, files.resolve("whole"));
                                    try (RandomAccessFile damaged =
                                            new RandomAccessFile(database.toFile(), "rw")) {
                                        damaged.seek(bytes / 4096 / 2 * 4096);
                                        damaged.write(new byte[4096]);
                                    }
                                    operations.exportObject(object, file);
                                }));

        assertThat(refused.reason(), is(Reason.DAMAGED));
        assertThat(refused.getMessage(), containsString("PROBE a is damaged: "));
        assertThat(filesThere(), contains("whole"));
    }

    private interface Attempt {

        void run() throws Exception;
    }

    private static Reason reason(Attempt attempt) {
        return assertThrows(OperationException.class, attempt::run).reason();
    }
}
