package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.ShutdownReason;
import dev.durableobjects.runtime.DurableObjects;
import dev.durableobjects.websocket.WebSocketPair;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the tests of an application may do to its objects.
@Timeout(60)
class TestKitSpec {

    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir private Path directory;
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private ProbeRuntime runtime;
    private DurableObjects objects;
    private DurableObjectId id;

    @BeforeEach
    void start() {
        runtime = new ProbeRuntime(directory, builder -> builder.clock(now::get));
        objects = runtime.objects();
        id = runtime.namespace().idFromName("a");
    }

    @AfterEach
    void stop() {
        runtime.close();
    }

    @Test
    void anAlarmRunsAtOnceOrNotAtAll() throws Exception {
        runtime.alarm = (self, info) -> self.log().add(info.scheduledTime() + " " + info.isRetry());
        assertThat("one ran", objects.runAlarm(Probe.PROBE, id), is(false));
        setAlarm();

        assertThat("one ran", objects.runAlarm(Probe.PROBE, id), is(true));

        assertThat("one ran", objects.runAlarm(Probe.PROBE, id), is(false));
        assertThat(runtime.log, contains("2026-01-01T01:00:00Z false"));
    }

    @Test
    void aTimeThatCannotBeStoredIsRefusedByName() throws Exception {
        for (Instant time : List.of(Instant.MAX, Instant.MIN)) {
            now.set(time);

            IllegalStateException thrown =
                    assertThrows(IllegalStateException.class, this::setAlarm);

            assertThat(thrown.getMessage(), containsString("1970 to 9999, showed " + time));
        }
        now.set(Instant.parse("2026-01-01T00:00:00Z"));
        setAlarm();
    }

    @Test
    void whatAnAlarmThrowsReachesTheTestAndIsNotRepeated() throws Exception {
        IllegalStateException odd = new IllegalStateException("odd");
        runtime.alarm =
                (self, info) -> {
                    throw odd;
                };
        setAlarm();

        IllegalStateException thrown =
                assertThrows(IllegalStateException.class, () -> objects.runAlarm(Probe.PROBE, id));

        assertThat(thrown, is(odd));
        assertThat("one ran", objects.runAlarm(Probe.PROBE, id), is(false));
    }

    @Test
    void anAlarmMaySetTheNext() throws Exception {
        runtime.alarm = (self, info) -> self.ctx().storage().setAlarm(HOUR);
        setAlarm();

        assertThat("one ran", objects.runAlarm(Probe.PROBE, id), is(true));

        assertThat("one ran", objects.runAlarm(Probe.PROBE, id), is(true));
    }

    @Test
    void aClockThatIsSetForwardLetsAlarmsRun() throws Exception {
        runtime.alarm = (self, info) -> self.log().add("alarm");
        setAlarm();

        now.set(now.get().plus(HOUR));

        runtime.awaitLog("alarm");
    }

    @Test
    void anEvictionTakesTheFieldsAndKeepsTheStorage() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    self.counter = 7;
                    self.createTable();
                    self.insert("kept");
                    self.ctx().acceptWebSocket(WebSocketPair.create().server());
                    self.ctx().setTimeout(HOUR, () -> self.log().add("timer"));
                    return "";
                });

        objects.evict(Probe.PROBE, id);

        assertThat(objects.liveObjects(), is(0));
        assertThat(runtime.shutdowns, contains(ShutdownReason.INACTIVE));
        Object found =
                runtime.in(
                        "a",
                        (self, x) ->
                                List.of(
                                        self.counter,
                                        self.values(),
                                        self.ctx().webSockets().size()));
        assertThat(found, is(List.of(0, List.of("kept"), 1)));
    }

    @Test
    void anEvictionWaitsForTheEventsOfTheObject() throws Exception {
        CountDownLatch isIn = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Object> event =
                runtime.start(
                        "a",
                        self -> {
                            isIn.countDown();
                            goOn.await();
                            return "served";
                        });
        isIn.await();
        CompletableFuture<Boolean> eviction =
                ProbeRuntime.started(() -> {
                    objects.evict(Probe.PROBE, id);
                    return event.isDone();
                });

        goOn.countDown();

        assertThat(event.get(), is("served"));
        eviction.get();
        assertThat(objects.liveObjects(), is(0));
    }

    @Test
    void whatCannotBeEvictedSaysWhy() throws Exception {
        assertThat(refusal(id), is("Cannot evict Durable Object: it is not currently running."));
        runtime.in(
                "a",
                (self, x) -> {
                    self.ctx().accept(WebSocketPair.create().server(), (socket, message) -> {});
                    assertThat(
                            refusal(id),
                            is("an object cannot be evicted from inside of an object"));
                    return "";
                });

        assertThat(
                refusal(id),
                is("PROBE a holds sockets of ctx.accept, which end with it; close them first"));
        Binding<ProbeApi> other = Binding.of("OTHER", ProbeApi.class);
        assertThrows(IllegalArgumentException.class, () -> objects.evict(other, id));
    }

    private String refusal(DurableObjectId object) {
        return assertThrows(IllegalStateException.class, () -> objects.evict(Probe.PROBE, object))
                .getMessage();
    }

    private void setAlarm() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    self.ctx().storage().setAlarm(HOUR);
                    return "";
                });
    }
}
