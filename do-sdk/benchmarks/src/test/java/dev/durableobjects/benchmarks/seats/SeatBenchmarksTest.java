package dev.durableobjects.benchmarks.seats;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/// The measured code does what it claims, once each; nothing is measured here.
class SeatBenchmarksTest {

    private static final int SEATS = 60;

    @Test
    void commitsCount() {
        CommitBenchmark benchmark = new CommitBenchmark();

        assertThat(benchmark.alone(), is(1L));
        assertThat(benchmark.hot(), is(2L));
        assertThat(benchmark.many(), is(1L));
        assertThat(benchmark.many(), is(1L));
        benchmark.close();
    }

    @Test
    void eachObjectIsWokenAndHasItsSeats() {
        WakeBenchmark benchmark = new WakeBenchmark();
        benchmark.restart();

        assertThat(benchmark.wake(), is(SEATS * WakeBenchmark.OBJECTS));
        benchmark.close();
    }

    @Test
    void aStartReadsTheJournal() {
        RecoveryBenchmark benchmark = new RecoveryBenchmark();
        benchmark.fill();

        assertThat(benchmark.startAndCall(), is(SEATS));
        benchmark.stop();
        benchmark.close();
    }

    @Test
    void aRehearsalIsAnswered() throws IOException, InterruptedException {
        Rehearsal.main(new String[0]); // Throws at any other status than 200.
    }
}
