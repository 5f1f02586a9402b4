package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// What a process has told before it was killed. Not safe for use by several threads.
final class Acknowledged {

    private final Set<Integer> written = new TreeSet<>();
    private final Set<Integer> planned = new TreeSet<>();
    private final Set<Integer> ran = new TreeSet<>();
    private final Map<String, Long> ticked = new HashMap<>();
    private final Map<String, Long> counts;

    Acknowledged(Map<String, Long> counts) {
        this.counts = counts;
    }

    /// Takes a line of a process: what it is about, and a number.
    ///
    /// @return whether it is a write
    boolean add(String line) {
        List<String> words = List.of(line.split(" "));
        counts.merge(words.getFirst(), 1L, Long::sum);
        switch (words.getFirst()) {
            case "wrote" -> written.add(Integer.valueOf(words.get(1)));
            case "planned" -> planned.add(Integer.valueOf(words.get(1)));
            case "alarm", "schedule" -> ran.add(Integer.valueOf(words.get(1)));
            case "ticked" -> ticked.merge(words.get(1), Long.valueOf(words.get(2)), Math::max);
            default -> throw new IllegalArgumentException(line);
        }
        return words.getFirst().equals("wrote");
    }

    /// Returns a copy that others do not change.
    Acknowledged copy() {
        Acknowledged copy = new Acknowledged(new HashMap<>());
        copy.written.addAll(written);
        copy.planned.addAll(planned);
        copy.ran.addAll(ran);
        copy.ticked.putAll(ticked);
        return copy;
    }

    /// Looks into every object: all of it is there, and nothing contradicts itself.
    void check(DurableObjects objects) {
        List<Integer> writtenThere = new ArrayList<>();
        List<Integer> plannedThere = new ArrayList<>();
        List<Integer> ranThere = new ArrayList<>();
        for (int i = 0; i < Ledger.OBJECTS; i++) {
            String name = Ledger.name(i);
            Ledger ledger = Ledger.of(objects, name);
            assertThat(name, ledger.wrong(), empty());
            writtenThere.addAll(ledger.written());
            plannedThere.addAll(ledger.planned());
            ranThere.addAll(ledger.ran());
            long last = ticked.getOrDefault(name, -1L);
            assertThat(name + " ticked", ledger.lastTick(), greaterThanOrEqualTo(last));
        }
        assertThat("entries that are lost", without(written, writtenThere), empty());
        assertThat("plans that are lost", without(planned, plannedThere), empty());
        assertThat("runs that are lost", without(ran, ranThere), empty());
    }

    private static Set<Integer> without(Set<Integer> told, Collection<Integer> there) {
        Set<Integer> lost = new TreeSet<>(told);
        there.forEach(lost::remove);
        return lost;
    }
}
