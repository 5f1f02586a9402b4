package dev.durableobjects.internal.engine;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The delays between tries.
class BackoffTest {

    private static final RandomGenerator LEAST = () -> 0L;
    private static final RandomGenerator MOST = () -> -1L;

    @Test
    void doublesUpToABound() {
        List<Long> delays =
                Stream.of(0, 1, 2, 8, 9, 10, 1_000_000)
                        .map(failures -> Backoff.millis(failures, LEAST))
                        .toList();

        assertThat(
                delays,
                is(List.of(2_000L, 4_000L, 8_000L, 512_000L, 1_024_000L, 1_024_000L, 1_024_000L)));
    }

    @Test
    void isUpToAQuarterLonger() {
        assertThat(Backoff.millis(0, MOST), is(2_500L));
    }
}
