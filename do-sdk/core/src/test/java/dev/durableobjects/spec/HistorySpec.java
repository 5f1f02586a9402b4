package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Bookmark;
import dev.durableobjects.BookmarkException;
import dev.durableobjects.BookmarkException.Reason;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectSnapshot;
import dev.durableobjects.runtime.TestRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bookmarks, and the way back to them.
class HistorySpec {

    @TempDir private Path directory;

    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-01-01T10:00:00Z"));
    private ProbeRuntime runtime;

    @AfterEach
    void close() {
        if (runtime != null) {
            runtime.close();
        }
    }

    private void start() {
        runtime =
                new ProbeRuntime(
                        directory, builder -> TestRuntime.withClock(builder, () -> now.get()));
    }

    @Test
    void aBookmarkHasItsForm() throws Exception {
        start();

        String form = "^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$";

        String value = bookmark("a").value();

        assertThat(value, value.matches(form), is(true));
    }

    @Test
    void eachBookmarkIsGreaterThanTheOneBefore() throws Exception {
        start();
        insert("a", 1);

        Bookmark before = bookmark("a");
        for (int i = 0; i < 20; i++) {
            Bookmark next = bookmark("a");
            assertThat(next, is(greaterThan(before)));
            before = next;
        }
    }

    @Test
    void aRestoreBringsBackWhatWasAndCanBeUndone() throws Exception {
        start();
        insert("a", 1);
        Bookmark first = bookmark("a");
        insert("a", 2);
        insert("a", 3);

        Bookmark undo = restore("a", first);
        assertThat(runtime.values("a"), contains(1L));
        insert("a", 4);
        Bookmark redo = restore("a", undo);
        assertThat(runtime.values("a"), contains(1L, 2L, 3L));
        restore("a", redo);

        assertThat(runtime.values("a"), contains(1L, 4L));
    }

    @Test
    void nothingHappensBeforeTheNextSession() throws Exception {
        start();
        insert("a", 1);
        Bookmark first = bookmark("a");
        insert("a", 2);
        Bookmark undo =
                (Bookmark)
                        runtime.in(
                                "a",
                                (self, argument) ->
                                        self.ctx().storage().restoreOnNextSession(first));
        insert("a", 3);

        List<?> before = runtime.values("a");
        runtime.close();
        start();

        assertThat(before, contains(1L, 2L, 3L));
        assertThat(runtime.values("a"), contains(1L));
        restore("a", undo);
        assertThat(
                "all that was written before the restore",
                runtime.values("a"),
                contains(1L, 2L, 3L));
    }

    @Test
    void whatTheEventWroteBelongsToItsBookmark() throws Exception {
        start();
        Bookmark inside =
                (Bookmark)
                        runtime.in(
                                "a",
                                (self, argument) -> {
                                    self.createTable();
                                    self.insert(1);
                                    Bookmark made = self.ctx().storage().currentBookmark();
                                    self.insert(2);
                                    return made;
                                });

        restore("a", inside);

        assertThat(runtime.values("a"), contains(1L));
    }

    @Test
    void anObjectCanBecomeEmptyAgain() throws Exception {
        start();
        Bookmark nothing = bookmark("a");
        insert("a", 1);

        Bookmark undo = restore("a", nothing);
        assertThat(tables("a"), is(empty()));
        insert("a", 7);
        assertThat(runtime.values("a"), contains(7L));
        restore("a", undo);

        assertThat(runtime.values("a"), contains(1L));
    }

    @Test
    void aTimeLeadsToWhatWasDurableThen() throws Exception {
        start();
        insert("a", 1);
        Instant then = now.get();
        pass(Duration.ofMinutes(2));
        insert("a", 2);
        pass(Duration.ofMinutes(2));

        restore("a", at("a", then.plusSeconds(60)));

        assertThat(runtime.values("a"), contains(1L));
    }

    @Test
    void aClockThatGoesBackKeepsTheOrder() throws Exception {
        start();
        insert("a", 1);
        Instant then = now.get();
        pass(Duration.ofMinutes(-10));
        insert("a", 2);
        pass(Duration.ofMinutes(20));
        insert("a", 3);

        restore("a", at("a", then));

        assertThat(runtime.values("a"), contains(1L, 2L));
    }

    @Test
    void aSnapshotBecomesAnotherObject() throws Exception {
        start();
        insert("a", 1);
        insert("b", 9);
        runtime.script("snapshot", (self, argument) -> self.ctx().storage().snapshot());

        DurableObjectSnapshot snapshot =
                (DurableObjectSnapshot) runtime.stub("a").rpc().run("snapshot", "");
        insert("a", 2);
        Bookmark undo = fork("b", snapshot);
        fork("new", snapshot);

        assertThat(runtime.values("b"), contains(1L));
        assertThat(runtime.values("new"), contains(1L));
        assertThat(runtime.values("a"), contains(1L, 2L));
        restore("b", undo);
        assertThat(runtime.values("b"), contains(9L));
    }

    @Test
    void aSnapshotOfABookmarkIsOfThatMoment() throws Exception {
        start();
        insert("a", 1);
        Bookmark first = bookmark("a");
        insert("a", 2);

        fork(
                "b",
                (DurableObjectSnapshot)
                        runtime.in("a", (self, argument) -> self.ctx().storage().snapshot(first)));

        assertThat(runtime.values("b"), contains(1L));
    }

    @Test
    void aSnapshotCannotBeStored() throws Exception {
        start();

        assertThrows(
                IllegalArgumentException.class,
                () ->
                        runtime.in(
                                "a",
                                (self, argument) -> {
                                    DurableObjectSnapshot snapshot =
                                            self.ctx().storage().snapshot();
                                    self.ctx().storage().kv().put("k", snapshot);
                                    return "";
                                }));
    }

    @Test
    void aBookmarkThatCannotBeReachedSaysWhy() throws Exception {
        start();
        insert("a", 1);
        insert("b", 1);
        Bookmark other = bookmark("b");
        Bookmark future = at("a", now.get());
        String changed = future.value().substring(0, 43) + "0".repeat(16);

        assertThat(refusal(() -> new Bookmark("12")).reason(), is(Reason.MALFORMED));
        assertThat(refusal(() -> restore("a", other)).reason(), is(Reason.OTHER_OBJECT));
        assertThat(
                refusal(() -> restore("a", new Bookmark(changed))).reason(),
                is(Reason.OTHER_OBJECT));
        assertThat(refusal(() -> at("a", now.get().plusSeconds(1))).reason(), is(Reason.FUTURE));
        assertThat(runtime.values("a"), contains(1L));
    }

    @Test
    void aBookmarkOfALifeThatIsLostIsInTheFuture(@TempDir Path earlier) throws Exception {
        runtime = new ProbeRuntime(earlier);
        insert("a", 1);
        insert("a", 2);
        Bookmark lost = bookmark("a");
        runtime.close();
        start();
        insert("a", 1);

        assertThat(refusal(() -> restore("a", lost)).reason(), is(Reason.FUTURE));
    }

    @Test
    void aNamespaceMayKeepNoHistory() throws Exception {
        runtime =
                new ProbeRuntime(
                        directory, builder -> {}, namespace -> namespace.history(Duration.ZERO));
        insert("a", 1);

        BookmarkException refused = refusal(() -> bookmark("a"));

        assertThat(refused.reason(), is(Reason.OFF));
        assertThat(refused.getMessage(), containsString("NamespaceConfig.history"));
    }

    @Test
    void aTransactionHasNoBookmarks() {
        start();

        assertThrows(
                IllegalStateException.class,
                () ->
                        runtime.in(
                                "a",
                                (self, argument) -> {
                                    self.ctx()
                                            .storage()
                                            .transactionSync(() -> {
                                                self.createTable();
                                                self.ctx().storage().currentBookmark();
                                            });
                                    return "";
                                }));
    }

    private interface Attempt {

        Object run() throws Exception;
    }

    private static BookmarkException refusal(Attempt attempt) {
        return assertThrows(BookmarkException.class, attempt::run);
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    private Bookmark bookmark(String object) throws Exception {
        return (Bookmark)
                runtime.in(object, (self, argument) -> self.ctx().storage().currentBookmark());
    }

    private Bookmark at(String object, Instant time) throws Exception {
        return (Bookmark)
                runtime.in(object, (self, argument) -> self.ctx().storage().bookmarkAt(time));
    }

    private void insert(String object, int value) throws Exception {
        runtime.in(
                object,
                (self, argument) -> {
                    self.createTable();
                    self.insert(value);
                    return "";
                });
    }

    private List<?> tables(String object) throws Exception {
        return (List<?>)
                runtime.in(
                        object,
                        (self, argument) ->
                                self.ctx()
                                        .storage()
                                        .sql()
                                        .exec("SELECT name FROM sqlite_schema")
                                        .map(row -> row.get("name")));
    }

    private Bookmark restore(String object, Bookmark bookmark) throws Exception {
        AtomicReference<Bookmark> undo = new AtomicReference<>();
        return aborted(
                object,
                undo,
                self -> undo.set(self.ctx().storage().restoreOnNextSession(bookmark)));
    }

    private Bookmark fork(String object, DurableObjectSnapshot snapshot) throws Exception {
        AtomicReference<Bookmark> undo = new AtomicReference<>();
        return aborted(
                object,
                undo,
                self -> undo.set(self.ctx().storage().restoreOnNextSession(snapshot)));
    }

    private interface Preparation {

        void run(Probe self);
    }

    private Bookmark aborted(String object, AtomicReference<Bookmark> undo, Preparation preparation)
            throws Exception {
        try {
            runtime.in(
                    object,
                    (self, argument) -> {
                        preparation.run(self);
                        self.ctx().abort("restore");
                        return "";
                    });
        } catch (DurableObjectException e) {
            assertThat(e.kind(), is(DurableObjectException.Kind.ABORTED));
        }
        return undo.get();
    }
}
