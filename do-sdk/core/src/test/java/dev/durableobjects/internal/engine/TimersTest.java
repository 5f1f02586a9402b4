package dev.durableobjects.internal.engine;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.internal.gate.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The order of small tasks. A first task holds the thread that runs them until a test has set and
/// cancelled all others.
@Timeout(60)
class TimersTest {

    private static final int TASKS = 10_000;

    private final Waiting waiting = Waiting.system();
    private final Timers timers = new Timers(waiting);
    private final CountDownLatch hold = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Integer> ran = new CopyOnWriteArrayList<>();
    private long now;

    @BeforeEach
    void holdTheThread() {
        now = waiting.nanoTime();
        timers.at(now, () -> await(hold));
    }

    @AfterEach
    void close() {
        hold.countDown();
        timers.close();
    }

    @Test
    void tasksRunInTheOrderOfTheirTimesAndThenOfTheirAge() {
        timers.at(now + 2, () -> ran.add(3));
        timers.at(now + 1, () -> ran.add(1));
        timers.at(now + 1, () -> ran.add(2));

        release();

        assertThat(ran, contains(1, 2, 3));
    }

    @Test
    void oneThatFailsConcernsNoOther() {
        timers.at(
                now + 1,
                () -> {
                    throw new IllegalStateException("on purpose");
                });
        timers.at(now + 2, () -> ran.add(1));

        release();

        assertThat(ran, contains(1));
    }

    @Test
    void whatIsCancelledDoesNotRunAndEverythingElseDoes() {
        List<Timers.Task> tasks = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
            int number = i;
            tasks.add(timers.at(now + number / 10, () -> ran.add(number)));
        }

        IntStream.range(0, TASKS)
                .filter(number -> number % 3 != 0)
                .forEach(number -> tasks.get(number).cancel());
        tasks.get(1).cancel();
        release();

        assertThat(
                ran,
                is(IntStream.range(0, TASKS).filter(number -> number % 3 == 0).boxed().toList()));
    }

    @Test
    void aTaskThatHasRunIsCancelledInVain() {
        Timers.Task task = timers.at(now, () -> ran.add(1));
        release();

        task.cancel();

        assertThat(ran, contains(1));
    }

    private void release() {
        timers.at(now + TASKS, over::countDown);
        hold.countDown();
        await(over);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
