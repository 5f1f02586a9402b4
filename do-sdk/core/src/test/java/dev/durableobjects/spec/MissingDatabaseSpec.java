package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.BookmarkException;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.operations.Operations;
import dev.durableobjects.operations.StoredObject;
import dev.durableobjects.runtime.Health.Problem;
import dev.durableobjects.runtime.Health.Reason;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.spec.OperatorWorld.Way;
import dev.durableobjects.sql.SqlStorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// An object whose database somebody has deleted is not new: it is refused until an operator has
/// decided.
@Timeout(60)
class MissingDatabaseSpec {

    private static final long SMALL_JOURNAL_BYTES = 256 << 10;

    /// What the journal has of the database that is missing.
    enum Rest {
        NOTHING,
        CHANGES
    }

    @TempDir private Path parent;
    private final Random random = new Random(0);
    private OperatorWorld world;

    @AfterEach
    void stop() {
        if (world != null) {
            world.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void itIsRefusedAndToldAndOthersGoOn(Rest rest) throws Exception {
        lose(Way.LIVE, rest);

        DurableObjectException told = refusal();

        assertThat(told.kind(), is(Kind.UNREADABLE));
        assertThat(told.durableObjectId().orElseThrow(), is(world.runtime().stub("a").id()));
        assertThat(told.getMessage(), containsString(file() + " is missing"));
        assertToldToOperator();
        world.insert("b", 1L);
        assertThat(world.values("b"), is(List.of(1L)));
    }

    @Test
    void oneThatGoesWhileItIsOnlyReadIsNotMadeAnew() throws Exception {
        world = world(Way.LIVE);
        world.insert("a", 1L);
        freeJournal();
        world.close();
        world = world(Way.LIVE);
        assertThat(world.values("a"), is(List.of(1L)));

        Files.move(file(), parent.resolve("lost"));
        SqlStorageException refused =
                assertThrows(SqlStorageException.class, () -> world.insert("a", 2L));

        assertThat(refused.getMessage(), containsString("unable to open database file"));
        assertThat(refusal().kind(), is(Kind.UNREADABLE));
        Files.move(parent.resolve("lost"), file());
        world.insert("a", 3L);
        assertThat(world.values("a"), is(List.of(1L, 3L)));
    }

    @ParameterizedTest
    @CsvSource({"LIVE, NOTHING", "LIVE, CHANGES", "OFFLINE, NOTHING", "OFFLINE, CHANGES"})
    void rewindingBringsItBack(Way way, Rest rest) throws Exception {
        lose(way, rest);
        refusal();

        world.operation(operations -> operations.rewind(object(operations), OperatorWorld.pass()));

        assertHolds(rest == Rest.NOTHING ? List.of(1L) : List.of(1L, 2L));
        assertThat("its alarm of then", alarm(), is(true));
    }

    @ParameterizedTest
    @CsvSource({"LIVE, NOTHING", "LIVE, CHANGES", "OFFLINE, NOTHING", "OFFLINE, CHANGES"})
    void exportingSaysWhatIsMissing(Way way, Rest rest) throws Exception {
        lose(way, rest);
        Path target = parent.resolve("target.sqlite");

        UncheckedIOException refused =
                assertThrows(
                        UncheckedIOException.class,
                        () ->
                                world.operation(operations ->
                                        operations.exportObject(object(operations), target)));

        assertThat(refused.getMessage(), containsString(file() + " is missing"));
        assertThat("there is " + target, Files.exists(target), is(false));
    }

    @ParameterizedTest
    @CsvSource({"LIVE, NOTHING", "LIVE, CHANGES", "OFFLINE, NOTHING", "OFFLINE, CHANGES"})
    void importingReplacesIt(Way way, Rest rest) throws Exception {
        lose(way, rest);
        refusal();
        Path source = parent.resolve("source.sqlite");
        OperatorWorld.change(source, "CREATE TABLE t (v)", "INSERT INTO t VALUES (7)");

        world.operation(operations -> operations.importObject(object(operations), source));

        assertHolds(List.of(7L));
    }

    @ParameterizedTest
    @CsvSource({"LIVE, NOTHING", "LIVE, CHANGES", "OFFLINE, NOTHING", "OFFLINE, CHANGES"})
    void deletingLetsItBeNew(Way way, Rest rest) throws Exception {
        lose(way, rest);
        refusal();

        world.operation(operations -> operations.delete(object(operations)));

        assertHolds(List.of());
        assertThat("its alarm of then", alarm(), is(false));
        world.insert("a", 3L);
        assertHolds(List.of(3L));
    }

    @ParameterizedTest
    @EnumSource
    void deletingIsUndoneByRewinding(Way way) throws Exception {
        lose(way, Rest.NOTHING);

        var undo = world.operate(operations -> operations.delete(object(operations)));
        world.operation(operations -> operations.rewind(object(operations), undo.orElseThrow()));

        assertHolds(List.of(1L));
    }

    @ParameterizedTest
    @EnumSource
    void whoPutsTheFileBackNeedsNothingElse(Rest rest) throws Exception {
        lose(Way.LIVE, rest);
        refusal();

        Files.move(parent.resolve("lost"), file());

        assertHolds(rest == Rest.NOTHING ? List.of(1L) : List.of(1L, 2L));
    }

    /// Of a directory that nobody serves: a node would be sorting what is deleted here.
    @Test
    void withoutAnyHistoryItCannotBeRewoundByMistake() throws Exception {
        lose(Way.OFFLINE, Rest.NOTHING);
        world.operate(operations -> deleteHistory());

        assertThrows(
                BookmarkException.class,
                () ->
                        world.operation(operations ->
                                operations.rewind(object(operations), OperatorWorld.pass())));

        refusal();
    }

    @ParameterizedTest
    @EnumSource
    void anObjectThatHasDeletedAllOrNeverWroteIsNotMissing(Way way) throws Exception {
        world = world(way);
        world.insert("emptied", 1L);
        world.runtime()
                .in(
                        "emptied",
                        (self, argument) -> {
                            self.ctx().storage().deleteAll();
                            return null;
                        });
        world.values("silent");
        freeJournal();

        world.operation(operations -> {});

        assertThat(world.values("emptied"), is(List.of()));
        assertThat(world.values("silent"), is(List.of()));
        assertNothingIsMissing();
    }

    /// Makes an object, and lets its file be deleted while nobody uses the directory.
    private void lose(Way way, Rest rest) throws Exception {
        world = world(Way.OFFLINE);
        world.insert("a", 1L);
        world.setAlarm("a", Instant.now().plus(Duration.ofDays(1)));
        freeJournal();
        if (rest == Rest.CHANGES) {
            world.insert("a", 2L);
        }
        world.operate(operations -> Files.move(file(), parent.resolve("lost")));
        world.close();
        world = world(way);
    }

    private OperatorWorld world(Way way) {
        return new OperatorWorld(
                parent.resolve("data"),
                way,
                builder -> TestRuntime.withJournalBytes(builder, SMALL_JOURNAL_BYTES),
                config -> {});
    }

    /// Writes until the journal has nothing of what was written before.
    private void freeJournal() throws Exception {
        Path journal = parent.resolve("data").resolve("journal");
        List<Path> before;
        try (var files = Files.list(journal)) {
            before = files.filter(file -> file.toString().endsWith(".journal")).toList();
        }
        while (before.stream().anyMatch(Files::exists)) {
            byte[] noise = new byte[20_000];
            random.nextBytes(noise);
            world.insert("filler", noise);
        }
    }

    private Boolean deleteHistory() throws IOException {
        try (var files = Files.walk(parent.resolve("data").resolve("history"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
        return true;
    }

    private DurableObjectException refusal() {
        return assertThrows(DurableObjectException.class, () -> world.values("a"));
    }

    private void assertToldToOperator() {
        List<Problem> problems = missing();
        assertThat(problems, hasSize(1));
        assertThat(
                problems.getFirst().message(),
                allOf(
                        containsString("objects/probe/"),
                        containsString(String.valueOf(file().getFileName())),
                        containsString("`durable rewind`"),
                        containsString("`durable import`"),
                        containsString("`durable delete`")));
    }

    private void assertHolds(List<Long> values) throws Exception {
        assertThat(world.values("a"), is(values));
        assertNothingIsMissing();
        world.operation(operations -> {});
        assertThat("after a restart", world.values("a"), is(values));
    }

    private void assertNothingIsMissing() {
        assertThat(missing(), is(empty()));
    }

    /// The journal is so small that health may speak of it, too.
    private List<Problem> missing() {
        return world.runtime().objects().health().problems().stream()
                .filter(problem -> problem.reason() == Reason.DATABASE_MISSING)
                .toList();
    }

    private boolean alarm() throws Exception {
        return ((Optional<?>) world.alarm("a")).isPresent();
    }

    private static StoredObject object(Operations operations) {
        return operations.object(OperatorWorld.NAMESPACE, "a");
    }

    private Path file() {
        return ObjectFiles.ofProbe(parent.resolve("data"), world.runtime().stub("a").id());
    }
}
