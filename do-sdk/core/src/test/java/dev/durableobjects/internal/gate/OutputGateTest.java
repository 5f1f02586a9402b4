package dev.durableobjects.internal.gate;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputGateTest {

    private final OutputGate gate = new OutputGate();
    private final List<String> sent = new ArrayList<>();

    @Test
    void holdsEffectsUntilTheirPositionIsDurable() {
        gate.hold(2, effects("a", "b"));

        gate.open(1);

        assertThat(sent, is(empty()));
        gate.open(2);
        assertThat(sent, contains("a", "b"));
    }

    @Test
    void neverLetsALaterEffectOvertakeAnEarlierOne() {
        gate.hold(5, effects("first"));
        gate.hold(5, effects("second"));
        gate.hold(7, effects("third"));

        gate.open(6);
        gate.open(9);

        assertThat(sent, contains("first", "second", "third"));
    }

    @Test
    void dropsEverythingWhenTheObjectBreaks() {
        gate.hold(1, effects("lost"));

        gate.breakOpen();
        gate.hold(1, effects("lost too"));
        gate.open(1);

        assertThat(sent, is(empty()));
    }

    private List<Runnable> effects(String... names) {
        return List.of(names).stream().<Runnable>map(name -> () -> sent.add(name)).toList();
    }
}
