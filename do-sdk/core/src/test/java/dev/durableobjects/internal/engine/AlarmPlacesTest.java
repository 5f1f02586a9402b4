package dev.durableobjects.internal.engine;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.internal.engine.AlarmPlaces.Place;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AlarmPlacesTest {

    private final AtomicInteger freed = new AtomicInteger();
    private final AlarmPlaces places = new AlarmPlaces(2, freed::incrementAndGet);

    @Test
    void aPlaceThatIsGivenBackIsFree() {
        Place place = places.take();
        places.take();

        boolean before = places.areTaken();
        place.giveBack();
        place.giveBack();

        assertThat(before, is(true));
        assertThat(places.areTaken(), is(false));
        assertThat("told once", freed.get(), is(1));
    }

    @Test
    void itIsTakenBackAlsoIfNoneIsFreeAndCountsThen() {
        Place waiting = places.take();
        waiting.giveBack();
        Place first = places.take();
        places.take();

        waiting.takeBack();
        waiting.takeBack();
        first.giveBack();

        assertThat("two are still taken", places.areTaken(), is(true));
    }
}
