package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.runtime.DurableObjects;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The one alarm of an object.
class AlarmSpec {

    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir private Path directory;
    private AlarmWorld world;

    @BeforeEach
    void open() {
        world = new AlarmWorld(directory);
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void runsAtItsTimeAndIsGoneThen() throws Exception {
        Instant due = world.now().plus(HOUR);
        world.setAlarm("a", HOUR);
        assertThat(world.getAlarm("a"), is(Optional.of(due)));

        world.pass(HOUR);

        AlarmWorld.Fired run = world.next();
        assertThat(run.object(), is("a"));
        assertThat(run.due(), is(due));
        assertThat(run.at(), is(greaterThanOrEqualTo(due)));
        assertThat(run.retryCount(), is(0));
        assertThat(world.left(), is(0));
        assertThat(world.getAlarm("a"), is(Optional.empty()));
    }

    @Test
    void neverRunsBeforeItsTime() throws Exception {
        world.setAlarm("a", HOUR);

        world.pass(HOUR.minusMillis(2)); // Asking takes one.

        assertThat(world.left(), is(0));
    }

    @Test
    void aFractionOfAMillisecondIsRoundedUp() throws Exception {
        Instant due = world.now().plusNanos(1_500_001);

        world.in(
                "a",
                self -> {
                    self.ctx().storage().setAlarm(due);
                    return null;
                });

        assertThat(world.getAlarm("a"), is(Optional.of(world.now().plus(Duration.ofMillis(2)))));
    }

    @Test
    void aClockThatIsSetBackDelaysAndLosesNothing() throws Exception {
        world.setAlarm("a", HOUR);
        world.jump(HOUR.multipliedBy(-3));

        world.pass(HOUR.multipliedBy(3));
        assertThat(world.left(), is(0));
        world.pass(HOUR);

        assertThat(world.next().object(), is("a"));
    }

    @Test
    void aClockThatIsSetForwardIsNoticed() throws Exception {
        world.setAlarm("a", HOUR);

        world.jump(HOUR);

        assertThat(world.left(), is(1));
    }

    @Test
    void aTimeInThePastIsNow() throws Exception {
        Instant now = world.now();

        world.in(
                "a",
                self -> {
                    self.ctx().storage().setAlarm(now.minus(HOUR));
                    assertThat(self.ctx().storage().getAlarm(), is(Optional.of(now)));
                    return null;
                });

        assertThat(world.next().due(), is(now));
    }

    @Test
    void aLaterSettingReplacesAnEarlierOne() throws Exception {
        world.setAlarm("a", HOUR);
        world.setAlarm("a", HOUR.multipliedBy(2));

        world.pass(HOUR);
        assertThat(world.left(), is(0));
        world.pass(HOUR);

        assertThat(world.left(), is(1));
    }

    @Test
    void oneThatIsMovedEarlierRunsEarlier() throws Exception {
        world.setAlarm("a", HOUR.multipliedBy(2));
        world.setAlarm("a", HOUR);

        world.pass(HOUR);

        assertThat(world.left(), is(1));
        world.pass(HOUR);
        assertThat(world.left(), is(0));
    }

    @Test
    void oneThatIsDeletedNeverRuns() throws Exception {
        world.setAlarm("a", HOUR);
        world.in(
                "a",
                self -> {
                    self.ctx().storage().deleteAlarm();
                    return null;
                });

        world.pass(HOUR);

        assertThat(world.left(), is(0));
    }

    @Test
    void deleteAllDeletesItToo() throws Exception {
        world.setAlarm("a", HOUR);
        world.in(
                "a",
                self -> {
                    self.ctx().storage().deleteAll();
                    return null;
                });
        assertThat(world.getAlarm("a"), is(Optional.empty()));

        world.pass(HOUR);

        assertThat(world.left(), is(0));
    }

    @Test
    void aRunThatDeletesEverythingIsTheLastUnlessItSetsItAnew() throws Exception {
        List<Instant> runs = Probe.seen();
        world.handler =
                (self, run) -> {
                    runs.add(run.due());
                    self.ctx().storage().deleteAll();
                    if (runs.size() == 1) {
                        self.ctx().storage().setAlarm(HOUR);
                    }
                };
        world.setAlarm("a", HOUR);

        for (int i = 0; i < 3; i++) {
            world.pass(HOUR.plusMinutes(1));
            world.left();
        }

        assertThat(runs.size(), is(2));
    }

    @Test
    void isUndoneWithItsTransaction() throws Exception {
        world.setAlarm("a", HOUR);

        world.in(
                "a",
                self -> {
                    assertThrows(
                            IllegalStateException.class,
                            () ->
                                    self.ctx()
                                            .storage()
                                            .transactionSync(() -> {
                                                self.ctx().storage().deleteAlarm();
                                                throw new IllegalStateException();
                                            }));
                    return null;
                });

        world.pass(HOUR);
        assertThat(world.left(), is(1));
    }

    @Test
    void isEmptyInItsHandlerUnlessSetAnew() throws Exception {
        List<Optional<Instant>> seen = Probe.seen();
        world.handler =
                (self, run) -> {
                    seen.add(self.ctx().storage().getAlarm());
                    if (seen.size() == 1) {
                        self.ctx().storage().setAlarm(run.due().plus(HOUR));
                        seen.add(self.ctx().storage().getAlarm());
                    }
                };
        world.setAlarm("a", HOUR);

        world.pass(HOUR);
        Instant first = world.next().due();
        world.pass(HOUR);
        Instant second = world.next().due();

        assertThat(second, is(first.plus(HOUR)));
        assertThat(seen, is(List.of(Optional.empty(), Optional.of(second), Optional.empty())));
        assertThat(world.left(), is(0));
    }

    @Test
    void aSettingInTheHandlerThatIsUndoneLeavesItGone() throws Exception {
        world.handler =
                (self, run) ->
                        self.ctx()
                                .storage()
                                .transaction(txn -> {
                                    self.ctx().storage().setAlarm(HOUR);
                                    txn.rollback();
                                    return true;
                                });
        world.setAlarm("a", HOUR);

        world.pass(HOUR);

        assertThat(world.left(), is(1));
        assertThat(world.getAlarm("a"), is(Optional.empty()));
    }

    @Test
    void oneThatAnotherEventSetsMeanwhileStays() throws Exception {
        world.handler =
                (self, run) ->
                        self.ctx()
                                .await(() -> {
                                    if (run.due().equals(AlarmWorld.START.plus(HOUR))) {
                                        world.setAlarm("a", HOUR);
                                    }
                                });
        world.setAlarm("a", HOUR);

        world.pass(HOUR);
        world.next();

        assertThat(
                world.getAlarm("a"), is(Optional.of(AlarmWorld.START.plus(HOUR.multipliedBy(2)))));
    }

    @Test
    void deletingItInItsHandlerIsHarmless() throws Exception {
        world.handler =
                (self, run) -> {
                    self.ctx().storage().setAlarm(HOUR);
                    self.ctx().storage().deleteAlarm();
                };
        world.setAlarm("a", HOUR);

        world.pass(HOUR);
        assertThat(world.left(), is(1));
        world.pass(HOUR);

        assertThat(world.left(), is(0));
    }

    @Test
    void aConstructorThatSetsItAnewReplacesIt() throws Exception {
        world.setAlarm("a", HOUR);
        world.restart();
        world.runtime().constructor =
                self -> {
                    if (self.ctx().id().name().equals(Optional.of("a"))) {
                        self.ctx().storage().setAlarm(HOUR);
                    }
                };

        world.pass(HOUR);

        assertThat(world.left(), is(0));
        world.pass(HOUR);
        assertThat(world.left(), is(1));
    }

    @Test
    void aTimeBefore1970IsRefused() throws Exception {
        Object refusal =
                world.in(
                        "a",
                        self ->
                                assertThrows(
                                                IllegalArgumentException.class,
                                                () -> self.ctx().storage().setAlarm(Instant.EPOCH))
                                        .getMessage());

        assertThat(refusal, is("setAlarm() cannot be called with an alarm time <= 0"));
    }

    @Test
    void aClassWithoutTheHandlerCannotSetIt() {
        try (DurableObjects objects =
                DurableObjects.builder()
                        .directory(directory.resolve("other"))
                        .namespace(Mute.MUTE, MuteObject::new)
                        .build()) {
            Mute mute = objects.env().namespace(Mute.MUTE).getByName("m").rpc();

            IllegalStateException refused =
                    assertThrows(IllegalStateException.class, mute::setAlarm);

            assertThat(
                    refused.getMessage(),
                    is(
                            "Your Durable Object class must have an alarm() handler in order to"
                                    + " call setAlarm()"));
        }
    }

    /// What an object without the handler is asked.
    interface Mute {

        Binding<Mute> MUTE = Binding.of("MUTE", Mute.class);

        void setAlarm();
    }

    private static final class MuteObject extends DurableObject implements Mute {

        MuteObject(DurableObjectState ctx, Env env) {
            super(ctx, env);
        }

        @Override
        public void setAlarm() {
            ctx.storage().setAlarm(HOUR);
        }
    }
}
