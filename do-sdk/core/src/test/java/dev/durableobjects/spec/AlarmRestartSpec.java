package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.durableobjects.Limit;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.runtime.TestRuntime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Alarms that are due after a restart.
class AlarmRestartSpec {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final int OBJECTS = 40;
    private static final int RUNNING_MAX = 4;

    @TempDir private Path directory;

    @Test
    void theObjectIsWokenWithItsName() throws Exception {
        try (AlarmWorld world = new AlarmWorld(directory)) {
            world.setAlarm("a name", HOUR);
            world.restart();
            world.pass(HOUR);

            assertThat(world.next().object(), is("a name"));
        }
    }

    @Test
    void whatIsOverdueRunsAtOnceButOnlySoManyAtATime() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (AlarmWorld world =
                new AlarmWorld(
                        directory, builder -> builder.limit(Limit.ALARMS_RUNNING, RUNNING_MAX))) {
            for (int i = 0; i < OBJECTS; i++) {
                world.setAlarm("object " + i, HOUR);
            }
            world.runtime().close();
            world.pass(HOUR);
            world.handler =
                    (self, run) -> {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        self.ctx().sleep(Duration.ZERO);
                        running.decrementAndGet();
                    };

            world.restart();

            Set<String> woken = new TreeSet<>();
            for (int i = 0; i < OBJECTS; i++) {
                woken.add(world.next().object());
            }
            assertThat("each once", woken.size(), is(OBJECTS));
            assertThat(most.get(), is(lessThanOrEqualTo(RUNNING_MAX)));
        }
    }

    @Test
    void aRunWhoseCommitFailsIsRepeatedByTheNextStart() throws Exception {
        BrokenDisk disk = new BrokenDisk();
        List<Integer> counts = Probe.seen();
        try (AlarmWorld world =
                new AlarmWorld(directory, builder -> TestRuntime.withDisk(builder, disk))) {
            world.handler =
                    (self, run) -> {
                        counts.add(run.retryCount());
                        disk.isBroken = counts.size() == 1;
                    };
            world.setAlarm("a", HOUR);
            world.pass(HOUR);
            world.next();

            world.runtime().close();
            disk.isBroken = false;
            world.restart();

            world.next();
            assertThat(counts, is(List.of(0, 0)));
        }
    }

    /// A disk that nothing can be written to.
    private static final class BrokenDisk implements Disk {

        private volatile boolean isBroken;

        @Override
        public void write(Path file, FileChannel channel, ByteBuffer bytes, long position)
                throws IOException {
            if (isBroken) {
                throw new IOException("disk on fire");
            }
            Disk.super.write(file, channel, bytes, position);
        }

        @Override
        public void force(Path file, FileChannel channel) throws IOException {
            channel.force(false);
        }
    }

    @Test
    void anObjectThatLeftMemoryIsWoken() throws Exception {
        try (AlarmWorld world =
                new AlarmWorld(directory, builder -> builder.limit(Limit.IDLE_SECONDS, 10))) {
            world.setAlarm("a", HOUR);
            world.pass(Duration.ofMinutes(1));
            while (world.runtime().objects().liveObjects() > 0) {
                Thread.onSpinWait();
            }

            world.pass(HOUR);

            assertThat(world.next().object(), is("a"));
        }
    }
}
