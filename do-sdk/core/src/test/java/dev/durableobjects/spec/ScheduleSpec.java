package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.AbortOptions;
import dev.durableobjects.Limit;
import dev.durableobjects.Schedule;
import dev.durableobjects.Schedules;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The schedules of an object.
class ScheduleSpec {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir private Path directory;
    private AlarmWorld world;

    @BeforeEach
    void open() {
        world = new AlarmWorld(directory, builder -> builder.limit(Limit.SCHEDULES_PER_OBJECT, 3));
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void eachRunsAtItsTime() throws Exception {
        schedule(schedules -> schedules.after("second", HOUR.multipliedBy(2)));
        schedule(schedules -> schedules.at("first", world.now().plus(HOUR)));

        world.pass(HOUR);
        assertThat(world.next().schedule(), is("first"));
        assertThat(world.left(), is(0));
        world.pass(HOUR);

        assertThat(world.next().schedule(), is("second"));
        assertThat(list(), is(empty()));
    }

    @Test
    void oneThatRunsCanSetItselfAgainAlsoAtTheBound() throws Exception {
        world.handler = (self, run) -> self.ctx().schedules().after(run.schedule(), HOUR);
        for (String name : List.of("again", "b", "c")) {
            schedule(schedules -> schedules.after(name, HOUR));
        }

        world.pass(HOUR);
        for (int i = 0; i < 3; i++) {
            world.next();
        }
        assertThat(world.left(), is(0));

        assertThat(list().stream().map(Schedule::name).toList(), is(List.of("again", "b", "c")));
    }

    @Test
    void thoseThatAreOverdueRunInTheirOrder() throws Exception {
        schedule(schedules -> schedules.after("b", HOUR.multipliedBy(2)));
        schedule(schedules -> schedules.after("a", HOUR.multipliedBy(3)));
        schedule(schedules -> schedules.after("c", HOUR));

        world.pass(HOUR.multipliedBy(4));

        assertThat(world.next().schedule(), is("c"));
        assertThat(world.next().schedule(), is("b"));
        assertThat(world.next().schedule(), is("a"));
        assertThat(world.left(), is(0));
    }

    @Test
    void theAlarmRunsBesideThem() throws Exception {
        world.setAlarm("a", HOUR);
        schedule(schedules -> schedules.after("s", HOUR.plusMillis(1)));
        assertThat(list().size(), is(1));

        world.pass(HOUR.plusMillis(1));

        assertThat(world.next().schedule(), is(""));
        assertThat(world.next().schedule(), is("s"));
    }

    @Test
    void anIntervalRunsAgainAndAgain() throws Exception {
        schedule(schedules -> schedules.every("tick", HOUR));

        for (int i = 1; i <= 3; i++) {
            world.pass(HOUR);
            assertThat(world.next().due(), is(AlarmWorld.START.plus(HOUR.multipliedBy(i))));
            assertThat(world.left(), is(0));
        }
    }

    @Test
    void anIntervalThatTheConstructorSetsKeepsItsNextTime() throws Exception {
        Consumer<Probe> constructor =
                self -> {
                    if (self.ctx().id().name().equals(Optional.of("a"))) {
                        self.ctx().schedules().every("tick", HOUR);
                    }
                };
        world.runtime().constructor = constructor;
        assertThat(list().size(), is(1));
        world.pass(MINUTE.multipliedBy(40));
        world.restart();
        world.runtime().constructor = constructor;
        assertThat(list().getFirst().due(), is(AlarmWorld.START.plus(HOUR)));
        world.restart();
        world.runtime().constructor = constructor;

        world.pass(MINUTE.multipliedBy(20));

        assertThat("and wakes it", world.next().due(), is(AlarmWorld.START.plus(HOUR)));
    }

    @Test
    void anIntervalWithAnotherPeriodAndOneThatWasCancelledBeginAnew() throws Exception {
        schedule(schedules -> schedules.every("longer", HOUR));
        schedule(schedules -> schedules.every("again", HOUR));
        world.pass(MINUTE);
        Instant now = world.now();

        schedule(schedules -> schedules.every("longer", HOUR.multipliedBy(2)));
        schedule(schedules -> {
            schedules.cancel("again");
            schedules.every("again", HOUR);
        });

        assertThat(
                list().stream().map(Schedule::due).toList(),
                is(List.of(now.plus(HOUR), now.plus(HOUR.multipliedBy(2)))));
    }

    @Test
    void oneRunMakesUpForAllThatWereMissed() throws Exception {
        schedule(schedules -> schedules.every("tick", HOUR));

        world.pass(HOUR.multipliedBy(5).plus(MINUTE));

        assertThat(world.next().due(), is(AlarmWorld.START.plus(HOUR)));
        assertThat(world.left(), is(0));
        assertThat(
                list(),
                is(
                        List.of(
                                new Schedule(
                                        "tick",
                                        AlarmWorld.START.plus(HOUR.multipliedBy(6)),
                                        Optional.of(HOUR)))));
    }

    @Test
    void anIntervalThatFailsSevenTimesGoesOnWithTheNextTime() throws Exception {
        world.handler =
                (self, run) -> {
                    if (run.due().equals(AlarmWorld.START.plus(HOUR))) {
                        throw new IllegalStateException("odd");
                    }
                };
        schedule(schedules -> schedules.every("tick", HOUR));
        world.pass(HOUR);
        for (int i = 0; i < 7; i++) {
            assertThat(world.next().due(), is(AlarmWorld.START.plus(HOUR)));
            assertThat(world.left(), is(0));
            world.pass(MINUTE.multipliedBy(2));
        }

        world.pass(HOUR);

        assertThat(world.next().due(), is(AlarmWorld.START.plus(HOUR.multipliedBy(2))));
        assertThat(world.left(), is(0));
    }

    @Test
    void anAbortMayGiveUpOneTimeOfAnInterval() throws Exception {
        world.handler =
                (self, run) -> {
                    if (run.due().equals(AlarmWorld.START.plus(HOUR))) {
                        self.ctx().abort("on purpose", new AbortOptions(false));
                    }
                };
        schedule(schedules -> schedules.every("tick", HOUR));
        world.pass(HOUR);
        assertThat(world.left(), is(1));
        world.pass(MINUTE.multipliedBy(2));
        assertThat("not again", world.left(), is(0));

        world.pass(HOUR);

        assertThat(world.next().due(), is(AlarmWorld.START.plus(HOUR.multipliedBy(2))));
    }

    @Test
    void inItsHandlerOnlyTheNextTimeOfAnIntervalIsPending() throws Exception {
        List<List<Schedule>> seen = Probe.seen();
        world.handler = (self, run) -> seen.add(self.ctx().schedules().list());
        schedule(schedules -> schedules.after("once", HOUR));
        world.pass(HOUR);
        world.next();
        schedule(schedules -> schedules.every("tick", HOUR));
        Instant next = world.now().plus(HOUR.multipliedBy(2));

        world.pass(HOUR);
        world.next();

        assertThat(seen.getFirst(), is(empty()));
        assertThat(seen.getLast().getFirst().due(), is(next));
    }

    @Test
    void oneThatIsCancelledDoesNotRun() throws Exception {
        schedule(schedules -> schedules.every("tick", HOUR));
        schedule(schedules -> schedules.cancel("tick"));
        schedule(schedules -> schedules.cancel("nothing"));

        world.pass(HOUR);

        assertThat(world.left(), is(0));
    }

    @Test
    void anIntervalMayCancelItself() throws Exception {
        world.handler = (self, run) -> self.ctx().schedules().cancel("tick");
        schedule(schedules -> schedules.every("tick", HOUR));

        world.pass(HOUR);
        assertThat(world.left(), is(1));
        world.pass(HOUR);

        assertThat(world.left(), is(0));
    }

    @Test
    void surviveARestart() throws Exception {
        schedule(schedules -> schedules.after("s", HOUR));
        world.restart();

        world.pass(HOUR);

        AlarmWorld.Fired run = world.next();
        assertThat(run.object(), is("a"));
        assertThat(run.schedule(), is("s"));
    }

    @Test
    void thereAreOnlySoMany() throws Exception {
        for (String name : List.of("a", "b", "c")) {
            schedule(schedules -> schedules.after(name, HOUR));
        }
        schedule(schedules -> schedules.after("c", MINUTE));

        IllegalStateException refused =
                assertThrows(
                        IllegalStateException.class,
                        () -> schedule(schedules -> schedules.after("d", HOUR)));

        assertThat(
                refused.getMessage(),
                is("an object may have at most 3 schedules; cancel one first"));
    }

    @Test
    void namesAndTimesAreChecked() {
        assertRefused(
                schedules -> schedules.after("", HOUR),
                "the name of a schedule must be 1-1024 bytes in UTF-8, was 0");
        assertRefused(
                schedules -> schedules.after("ü".repeat(513), HOUR),
                "the name of a schedule must be 1-1024 bytes in UTF-8, was 1026");
        assertRefused(
                schedules -> schedules.every("s", Duration.ZERO),
                "the period of a schedule must be positive, was PT0S");
        assertRefused(
                schedules -> schedules.at("s", Instant.EPOCH),
                "a schedule must be due after 1970, was 1970-01-01T00:00:00Z");
    }

    @Test
    void whatIsOutOfRangeIsMeantAsItCanBe() throws Exception {
        Duration century = Duration.ofDays(36_525);
        schedule(schedules -> {
            schedules.at("never", Instant.MAX);
            schedules.every("rare", Duration.ofSeconds(Long.MAX_VALUE));
            schedules.every("often", Duration.ofNanos(1));
        });
        world.in(
                "b",
                self -> {
                    self.ctx().storage().setAlarm(Duration.ofSeconds(Long.MAX_VALUE));
                    return null;
                });

        List<Schedule> pending = list();

        assertThat(pending.getLast().due(), is(Instant.ofEpochMilli(Long.MAX_VALUE)));
        assertThat(
                pending.stream().map(Schedule::period).toList(),
                is(
                        List.of(
                                Optional.of(Duration.ofMillis(1)),
                                Optional.of(century),
                                Optional.empty())));
        assertThat(world.getAlarm("b"), is(Optional.of(Instant.ofEpochMilli(Long.MAX_VALUE))));
    }

    private void assertRefused(Change change, String message) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> schedule(change));

        assertThat(refused.getMessage(), is(message));
    }

    /// What a test does with schedules.
    private interface Change {
        void make(Schedules schedules);
    }

    private void schedule(Change change) throws Exception {
        world.in(
                "a",
                self -> {
                    change.make(self.ctx().schedules());
                    return null;
                });
    }

    @SuppressWarnings("unchecked")
    private List<Schedule> list() throws Exception {
        return (List<Schedule>) world.in("a", self -> self.ctx().schedules().list());
    }
}
