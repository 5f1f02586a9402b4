package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.Bookmark;
import dev.durableobjects.DurableObjectSnapshot;
import dev.durableobjects.Schedule;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The alarm and the schedules belong to the time that goes on: a restore leaves them as they are.
class RestoredAlarmSpec {

    private static final Instant EARLY = Instant.parse("2100-01-01T00:00:00Z");
    private static final Instant LATE = Instant.parse("2200-01-01T00:00:00Z");

    @TempDir private Path directory;

    private ProbeRuntime runtime;

    @BeforeEach
    void start() {
        runtime = new ProbeRuntime(directory, builder -> {});
    }

    @AfterEach
    void close() {
        runtime.close();
    }

    @Test
    void aRestoreKeepsTheAlarmThatIsSetNow() throws Exception {
        insert("a", 1);
        setAlarm("a", EARLY);
        Bookmark before = bookmark("a");
        insert("a", 2);
        setAlarm("a", LATE);
        schedule("a", "later", EARLY);

        restore("a", before);

        assertThat(runtime.values("a"), contains(1L));
        assertThat(alarm("a"), is(Optional.of(LATE)));
        assertThat(schedules("a"), contains("later"));
    }

    @Test
    void aRestoreBringsBackNoAlarmThatWasDeleted() throws Exception {
        insert("a", 1);
        setAlarm("a", EARLY);
        schedule("a", "gone", EARLY);
        Bookmark before = bookmark("a");
        runtime.in(
                "a",
                (self, argument) -> {
                    self.ctx().storage().deleteAll();
                    return null;
                });

        restore("a", before);

        assertThat(runtime.values("a"), contains(1L));
        assertThat(alarm("a"), is(Optional.empty()));
        assertThat(schedules("a"), is(empty()));
    }

    @Test
    void anObjectThatHadNothingYetKeepsItsAlarm() throws Exception {
        Bookmark before = bookmark("a");
        insert("a", 1);
        setAlarm("a", LATE);

        restore("a", before);

        assertThat(alarm("a"), is(Optional.of(LATE)));
        assertThat(
                (Long)
                        runtime.in(
                                "a", (self, argument) -> self.ctx().storage().sql().databaseSize()),
                is(greaterThan(0L)));
    }

    @Test
    void aForkCarriesNoAlarm() throws Exception {
        insert("a", 1);
        setAlarm("a", EARLY);
        schedule("a", "of a", EARLY);
        DurableObjectSnapshot snapshot =
                (DurableObjectSnapshot)
                        runtime.in("a", (self, argument) -> self.ctx().storage().snapshot());

        fork("b", snapshot);
        setAlarm("c", LATE);
        fork("c", snapshot);

        assertThat(runtime.values("b"), contains(1L));
        assertThat(alarm("b"), is(Optional.empty()));
        assertThat(schedules("b"), is(empty()));
        assertThat(runtime.values("c"), contains(1L));
        assertThat(alarm("c"), is(Optional.of(LATE)));
        assertThat(alarm("a"), is(Optional.of(EARLY)));
    }

    @Test
    void anAlarmThatRunsFirstFindsTheRestoredDatabase(@TempDir Path other) throws Exception {
        try (AlarmWorld world = new AlarmWorld(other)) {
            List<Object> seen = Probe.seen();
            world.handler = (self, run) -> seen.addAll(self.values());
            Bookmark before =
                    (Bookmark)
                            world.in(
                                    "a",
                                    self -> {
                                        self.createTable();
                                        self.insert(1);
                                        return self.ctx().storage().currentBookmark();
                                    });
            world.setAlarm("a", Duration.ofHours(1));
            world.in(
                    "a",
                    self -> {
                        self.insert(2);
                        return self.ctx().storage().restoreOnNextSession(before);
                    });
            world.restart();

            world.pass(Duration.ofHours(1));
            world.next();

            assertThat(seen, contains(1L));
            assertThat(world.in("a", Probe::values), is(List.of(1L)));
        }
    }

    private void insert(String object, long value) throws Exception {
        runtime.in(
                object,
                (self, argument) -> {
                    self.createTable();
                    self.insert(value);
                    return null;
                });
    }

    private void setAlarm(String object, Instant time) throws Exception {
        runtime.in(
                object,
                (self, argument) -> {
                    self.ctx().storage().setAlarm(time);
                    return null;
                });
    }

    private void schedule(String object, String name, Instant time) throws Exception {
        runtime.in(
                object,
                (self, argument) -> {
                    self.ctx().schedules().at(name, time);
                    return null;
                });
    }

    private Optional<?> alarm(String object) throws Exception {
        return (Optional<?>)
                runtime.in(object, (self, argument) -> self.ctx().storage().getAlarm());
    }

    private List<?> schedules(String object) throws Exception {
        return (List<?>)
                runtime.in(
                        object,
                        (self, argument) ->
                                self.ctx().schedules().list().stream()
                                        .map(Schedule::name)
                                        .toList());
    }

    private Bookmark bookmark(String object) throws Exception {
        return (Bookmark)
                runtime.in(object, (self, argument) -> self.ctx().storage().currentBookmark());
    }

    private void restore(String object, Bookmark bookmark) throws Exception {
        runtime.in(object, (self, argument) -> self.ctx().storage().restoreOnNextSession(bookmark));
        reopen();
    }

    private void fork(String object, DurableObjectSnapshot snapshot) throws Exception {
        runtime.in(object, (self, argument) -> self.ctx().storage().restoreOnNextSession(snapshot));
        reopen();
    }

    private void reopen() {
        runtime.close();
        start();
    }
}
