package dev.durableobjects.spec;

import static dev.durableobjects.spec.ProbeRuntime.resetOf;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Alarms of objects that let nobody in, beside those of others. One runs at a time.
@Timeout(60)
class AlarmPlaceSpec {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Set<String> BUSY = Set.of("busy 1", "busy 2", "busy 3");

    @TempDir private Path directory;
    private final CountDownLatch release = new CountDownLatch(1);
    private AlarmWorld world;

    @BeforeEach
    void open() {
        world = new AlarmWorld(directory);
    }

    @AfterEach
    void close() {
        release.countDown();
        world.close();
    }

    @Test
    void thoseOfBusyObjectsWaitAndStopNobody() throws Exception {
        List<CompletableFuture<Object>> events = new ArrayList<>();
        for (String busy : BUSY) {
            world.setAlarm(busy, HOUR);
            events.add(world.runtime().occupied(busy, release));
        }
        world.setAlarm("free", HOUR.plusMillis(1));

        world.pass(HOUR.plusMillis(1));
        String first = world.next().object();
        release.countDown();
        Set<String> then = new TreeSet<>();
        for (CompletableFuture<Object> event : events) {
            event.get();
            then.add(world.next().object());
        }

        assertThat(first, is("free"));
        assertThat(then, is(BUSY));
        assertThat("each once", world.left(), is(0));
    }

    @Test
    void oneThatWaitsForAnObjectThatIsResetHasNotFailed() throws Exception {
        world.setAlarm("busy", HOUR);
        CountDownLatch inside = new CountDownLatch(1);
        CompletableFuture<Object> event =
                world.runtime()
                        .start(
                                "busy",
                                self -> {
                                    inside.countDown();
                                    release.await();
                                    self.ctx().abort("on purpose");
                                    return "";
                                });
        inside.await();
        world.setAlarm("free", HOUR.plusMillis(1));
        world.pass(HOUR.plusMillis(1));
        assertThat("the other one waits", world.next().object(), is("free"));

        release.countDown();

        resetOf(event);
        AlarmWorld.Fired run = world.next();
        assertThat(run.object(), is("busy"));
        assertThat(run.retryCount(), is(0));
        assertThat(world.runtime().objects().metrics().alarmFailures(), is(0L));
    }
}
