package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Bookmark;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectSnapshot;
import dev.durableobjects.runtime.Ledger.Mark;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/// What a process has told before it was killed. Not safe for use by several threads.
final class Acknowledged {

    private final Set<Integer> written = new TreeSet<>();
    private final Set<Integer> planned = new TreeSet<>();
    private final Set<Integer> ran = new TreeSet<>();
    private final Map<String, Long> ticked = new HashMap<>();
    private final List<Marked> marks = new ArrayList<>();
    private final Map<String, Long> counts;

    private record Marked(String name, Mark mark) {}

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
            case "marked" ->
                    marks.add(
                            new Marked(
                                    words.get(1),
                                    new Mark(new Bookmark(words.get(2)), words.get(3))));
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
        copy.marks.addAll(marks);
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

    /// Makes an object what others were at some moments, and looks whether it is that.
    void checkMoments(DurableObjects objects, int count, Random random) {
        Ledger copy = Ledger.of(objects, "copy");
        for (int i = 0; i < Math.min(count, marks.size()); i++) {
            Marked one = marks.get(random.nextInt(marks.size()));
            DurableObjectSnapshot state = Ledger.of(objects, one.name()).at(one.mark().bookmark());
            assertThrows(DurableObjectException.class, () -> copy.become(state));
            assertThat(one.toString(), copy.digest(), is(one.mark().digest()));
            counts.merge("moments", 1L, Long::sum);
        }
    }

    private static Set<Integer> without(Set<Integer> told, Collection<Integer> there) {
        Set<Integer> lost = new TreeSet<>(told);
        there.forEach(lost::remove);
        return lost;
    }
}
