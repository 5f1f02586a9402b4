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
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.operations.Finding;
import dev.durableobjects.operations.ObjectPage;
import dev.durableobjects.operations.ObjectQuery;
import dev.durableobjects.operations.OperationException;
import dev.durableobjects.operations.OperationException.Reason;
import dev.durableobjects.operations.Operations;
import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.StoredNamespace;
import dev.durableobjects.operations.StoredObject;
import dev.durableobjects.operations.Verification;
import dev.durableobjects.spec.OperatorWorld.Way;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What an operator finds and changes, whether the objects are served or not.
class OperationsSpec {

    private static final Instant LATE = Instant.parse("2200-01-01T00:00:00Z");

    @TempDir private Path directory;

    private OperatorWorld world;

    @AfterEach
    void close() {
        if (world != null) {
            world.close();
            List<Finding> findings = Verification.run(directory, Progress.none()).findings();
            assertThat("what operators do is no damage", findings, is(List.of()));
        }
    }

    private void start(Way way) {
        world = new OperatorWorld(directory, way);
    }

    @ParameterizedTest
    @EnumSource
    void listsByNameAndThenById(Way way) throws Exception {
        start(way);
        List<String> sorted =
                List.of("", "a", "a%1", "a_2", "axx", "b", "é", "\uffee", "😀", "😀2");
        for (String name : sorted.reversed()) {
            world.insert(name, 1);
        }
        List<String> unnamed =
                Stream.of(world.unnamed(), world.unnamed()).map(Object::toString).sorted().toList();
        List<String> all = Stream.concat(sorted.stream(), unnamed.stream()).toList();

        world.operation(operations -> {
            ObjectQuery query = ObjectQuery.of(NAMESPACE);
            assertThat(OperatorWorld.names(operations, query), is(all));
            assertThat(pages(operations, query.limit(1)), is(all));
            assertThat(pages(operations, query.limit(all.size())), is(all));
            assertThat(names(operations, "a"), contains("a", "a%1", "a_2", "axx"));
            assertThat(names(operations, "a%"), contains("a%1"));
            assertThat(names(operations, "a_"), contains("a_2"));
            assertThat(names(operations, "😀"), contains("😀", "😀2"));
            assertThat(names(operations, "c"), is(empty()));
            assertThat(pages(operations, query.prefix("a").limit(3)).size(), is(4));
            assertThat(operations.list(ObjectQuery.of(OTHER)).objects(), is(empty()));
        });
    }

    private static List<String> names(Operations operations, String prefix) {
        return OperatorWorld.names(operations, ObjectQuery.of(NAMESPACE).prefix(prefix));
    }

    private static List<String> pages(Operations operations, ObjectQuery query) {
        List<String> names = new ArrayList<>(OperatorWorld.names(operations, query));
        Optional<String> cursor = operations.list(query).cursor();
        while (cursor.isPresent()) {
            names.addAll(OperatorWorld.names(operations, query.after(cursor.get())));
            cursor = operations.list(query.after(cursor.get())).cursor();
        }
        return names;
    }

    @ParameterizedTest
    @EnumSource
    void aCursorIsGoodForItsListingOnly(Way way) throws Exception {
        start(way);
        world.insert("a", 1);
        world.insert("ab", 1);

        world.operation(operations -> {
            ObjectQuery query = ObjectQuery.of(NAMESPACE).limit(1);
            ObjectPage page = operations.list(query);
            String cursor = page.cursor().orElseThrow();

            assertThat(reason(() -> operations.list(query.after("odd"))), is(MALFORMED));
            assertThat(reason(() -> operations.list(query.after("%"))), is(MALFORMED));
            assertThat(reason(() -> operations.list(query.after("A" + cursor))), is(MALFORMED));
            assertThat(
                    reason(() -> operations.list(query.prefix("a").after(cursor))),
                    is(Reason.OTHER_LISTING));
            assertThat(
                    reason(() -> operations.list(ObjectQuery.of(OTHER).after(cursor))),
                    is(Reason.OTHER_LISTING));
            assertThat(
                    OperatorWorld.names(operations, query.limit(5).after(cursor)), contains("ab"));
        });
    }

    private static final Reason MALFORMED = Reason.MALFORMED_CURSOR;

    @Test
    void aQueryHasBounds() {
        ObjectQuery query = ObjectQuery.of(NAMESPACE);

        assertThrows(IllegalArgumentException.class, () -> query.limit(0));
        assertThrows(IllegalArgumentException.class, () -> query.limit(1_001));
        assertThrows(IllegalArgumentException.class, () -> query.prefix("\ud83d"));
        NullPointerException unnamed = assertThrows(NullPointerException.class, () -> ofNull());
        assertThat(unnamed.getMessage(), is("namespace must be the name of a binding, was null"));
    }

    @SuppressWarnings("NullAway") // As code that is not checked for nulls does.
    private static ObjectQuery ofNull() {
        return ObjectQuery.of(null);
    }

    @ParameterizedTest
    @EnumSource
    void findsAnObjectByItsNameOrItsId(Way way) throws Exception {
        start(way);
        world.insert("a", 1);
        DurableObjectId unnamed = world.unnamed();
        String id = world.runtime().namespace().idFromName("a").toString();
        String nobody = world.runtime().namespace().idFromName("nobody").toString();

        world.operation(operations -> {
            assertThat(
                    operations.namespaces(),
                    contains(
                            new StoredNamespace(OTHER, "other"),
                            new StoredNamespace(NAMESPACE, "probe")));
            StoredObject found = operations.find(NAMESPACE, "a");
            assertThat(found.id().toString(), is(id));
            assertThat(found.toString(), is("PROBE a"));
            assertThat(operations.find(NAMESPACE, id).toString(), is("PROBE a"));
            assertThat(
                    operations.find(NAMESPACE, id.toUpperCase(Locale.ROOT)).toString(),
                    is("PROBE a"));
            assertThat(operations.find(NAMESPACE, unnamed.toString()).id(), is(unnamed));
            assertThat(reason(() -> operations.find(NAMESPACE, "nobody")), is(UNKNOWN));
            assertThat(reason(() -> operations.find(NAMESPACE, nobody)), is(UNKNOWN));
            assertThat(reason(() -> operations.find(OTHER, "a")), is(UNKNOWN));
            assertThat(reason(() -> operations.find(OTHER, id)), is(UNKNOWN)); // Its name.
            assertThat(operations.object(NAMESPACE, "nobody").id().toString(), is(nobody));
            OperationException unknown = refusal(() -> operations.find("X", "a"));
            assertThat(unknown.reason(), is(Reason.UNKNOWN_NAMESPACE));
            assertThat(unknown.getMessage(), containsString("[OTHER, PROBE]"));
            assertThat(
                    reason(() -> operations.delete(new StoredObject(OTHER, unnamed))),
                    is(Reason.OTHER_NAMESPACE));
        });
    }

    private static final Reason UNKNOWN = Reason.UNKNOWN_OBJECT;

    @ParameterizedTest
    @EnumSource
    void rewindsToATimeOrABookmarkAndBack(Way way) throws Exception {
        start(way);
        world.insert("a", 1);
        world.setAlarm("a", LATE);
        Instant then = OperatorWorld.pass();
        world.insert("a", 2);

        Bookmark undo =
                world.operate(
                        operations -> operations.rewind(operations.find(NAMESPACE, "a"), then));
        assertThat(world.values("a"), contains(1L));
        world.insert("a", 3);
        Bookmark redo =
                world.operate(
                        operations -> operations.rewind(operations.find(NAMESPACE, "a"), undo));
        assertThat(world.values("a"), contains(1L, 2L));
        world.operate(operations -> operations.rewind(operations.find(NAMESPACE, "a"), redo));

        assertThat(world.values("a"), contains(1L, 3L));
        assertThat(world.alarm("a"), is(Optional.of(LATE)));
    }

    @ParameterizedTest
    @EnumSource
    void aMomentThatCannotBeReachedSaysWhyAndChangesNothing(Way way) throws Exception {
        start(way);
        world.insert("a", 1);
        world.insert("b", 1);
        Bookmark other =
                (Bookmark)
                        world.runtime()
                                .in(
                                        "b",
                                        (self, argument) -> self.ctx().storage().currentBookmark());

        world.operation(operations -> {
            StoredObject object = operations.find(NAMESPACE, "a");
            Instant future = Instant.now().plusSeconds(1_000);
            assertThat(
                    assertThrows(BookmarkException.class, () -> operations.rewind(object, other))
                            .reason(),
                    is(BookmarkException.Reason.OTHER_OBJECT));
            assertThat(
                    assertThrows(BookmarkException.class, () -> operations.rewind(object, future))
                            .reason(),
                    is(BookmarkException.Reason.FUTURE));
        });

        assertThat(world.values("a"), contains(1L));
    }

    @ParameterizedTest
    @EnumSource
    void aTimeAtWhichAnObjectHeldNothingIsRefused(Way way) throws Exception {
        start(way);
        Instant before = OperatorWorld.pass();
        world.insert("a", 1);
        world.insert("b", 1);
        world.operate(operations -> operations.delete(operations.find(NAMESPACE, "b")));
        Instant deleted = OperatorWorld.pass();
        world.insert("b", 2);

        world.operation(operations -> {
            assertThat(
                    refusal(() -> operations.rewind(operations.find(NAMESPACE, "a"), before))
                            .getMessage(),
                    is(
                            "PROBE a held nothing at %s; delete it if it is to hold nothing"
                                    .formatted(before)));
            assertThat(
                    reason(() -> operations.rewind(operations.find(NAMESPACE, "b"), deleted)),
                    is(UNKNOWN));
            assertThat(
                    refusal(() -> operations.rewind(operations.object(NAMESPACE, "c"), deleted))
                            .getMessage(),
                    is(
                            "PROBE c held nothing at %s, and nothing is stored of it now"
                                    .formatted(deleted)));
        });

        assertThat(world.values("a"), contains(1L));
        assertThat(world.values("b"), contains(2L));
        assertThat(world.listed(), contains("a", "b"));
    }

    @ParameterizedTest
    @EnumSource
    void deletesAllThatAnObjectHolds(Way way) throws Exception {
        start(way);
        world.insert("a", 1);
        world.insert("b", 1);
        world.setAlarm("a", LATE);
        assertThat(world.listed(), contains("a", "b"));

        world.operate(operations -> operations.delete(operations.find(NAMESPACE, "a")));

        assertThat(world.listed(), contains("b"));
        world.operation(operations ->
                assertThat(reason(() -> operations.find(NAMESPACE, "a")), is(UNKNOWN)));
        world.operation(operations ->
                assertThat(
                        reason(() -> operations.delete(operations.object(NAMESPACE, "a"))),
                        is(UNKNOWN)));
        assertThat("its file is gone", ObjectFiles.databases(directory).size(), is(1));
        assertThat(world.values("a"), is(empty()));
        assertThat(world.alarm("a"), is(Optional.empty()));
        assertThat(world.listed(), contains("b"));
    }

    @ParameterizedTest
    @EnumSource
    void whatWasDeletedCanComeBackOrBeginAnew(Way way) throws Exception {
        start(way);
        world.insert("a", 1);
        world.insert("b", 1);

        Optional<Bookmark> undo =
                world.operate(operations -> operations.delete(operations.find(NAMESPACE, "a")));
        world.operate(operations -> operations.delete(operations.find(NAMESPACE, "b")));
        world.operate(operations ->
                operations.rewind(operations.object(NAMESPACE, "a"), undo.orElseThrow()));
        world.insert("b", 7);

        assertThat(world.values("a"), contains(1L));
        assertThat(world.values("b"), contains(7L));
        assertThat(world.listed(), contains("a", "b"));
    }

    @ParameterizedTest
    @EnumSource
    void withoutHistoryThereIsNoWayBack(Way way, @TempDir Path files) throws Exception {
        world =
                new OperatorWorld(
                        directory, way, builder -> {}, config -> config.history(Duration.ZERO));
        world.insert("a", 1);
        Instant then = OperatorWorld.pass();
        Path file = files.resolve("a.sqlite");

        world.operation(operations -> {
            StoredObject object = operations.find(NAMESPACE, "a");
            assertThat(
                    assertThrows(BookmarkException.class, () -> operations.rewind(object, then))
                            .reason(),
                    is(BookmarkException.Reason.OFF));
            operations.exportObject(object, file);
            assertThat(operations.delete(object), is(Optional.empty()));
            assertThat(
                    operations.importObject(operations.object(NAMESPACE, "b"), file),
                    is(Optional.empty()));
        });

        assertThat(world.values("a"), is(empty()));
        assertThat(world.values("b"), contains(1L));
    }

    @Test
    void onlyADataDirectoryThatNobodyUsesIsOpened(@TempDir Path elsewhere) throws Exception {
        start(Way.LIVE);

        assertThrows(IllegalStateException.class, () -> Operations.open(directory));
        assertThat(reason(() -> Operations.open(elsewhere)), is(Reason.NO_DATA_DIRECTORY));
        assertThat(
                reason(() -> Operations.open(elsewhere.resolve("none"))),
                is(Reason.NO_DATA_DIRECTORY));
        assertThat("it was made", Files.exists(elsewhere.resolve("none")), is(false));
    }

    @Test
    void aDirectoryThatWasClosedIsLetGo() throws Exception {
        start(Way.OFFLINE);
        world.insert("a", 1);
        world.close();

        Operations operations = Operations.open(directory);
        operations.close();
        operations.close();

        assertThrows(IllegalStateException.class, () -> operations.list(ObjectQuery.of(NAMESPACE)));
        start(Way.OFFLINE);
        assertThat(world.values("a"), contains(1L));
    }

    private interface Attempt {

        Object run() throws Exception;
    }

    private static Reason reason(Attempt attempt) {
        return refusal(attempt).reason();
    }

    private static OperationException refusal(Attempt attempt) {
        return assertThrows(OperationException.class, attempt::run);
    }
}
