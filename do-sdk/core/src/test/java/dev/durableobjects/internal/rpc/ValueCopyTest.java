package dev.durableobjects.internal.rpc;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ValueCopyTest {

    private record Point(int x, int y) {}

    private record Line(Point from, Optional<Point> to) {}

    private record Chain(int value, Optional<Chain> next) {}

    @SuppressWarnings("ArrayRecordComponent") // The case that must be copied.
    private record Blob(byte[] bytes) {}

    private record Names(List<String> names) {}

    @Test
    void whatCannotChangeIsNotCopied() {
        List<Object> values =
                List.of(
                        "text",
                        1,
                        Instant.EPOCH,
                        new Line(new Point(1, 2), Optional.empty()),
                        new Chain(1, Optional.of(new Chain(2, Optional.empty()))),
                        List.of(new Point(1, 2), new Point(3, 4)),
                        Stream.of("a", "b", "c").toList(),
                        Set.of("a"),
                        Map.of("k", new Point(0, 0)),
                        new Names(List.of("a")),
                        Optional.of("x"));

        for (Object value : values) {
            assertThat(ValueCopy.of(value), is(sameInstance(value)));
        }
    }

    @Test
    void whatCanChangeIsCopiedInAllItsParts() {
        List<String> names = new ArrayList<>(List.of("a"));
        Blob blob = new Blob(new byte[] {1});
        Map<String, List<String>> map = Map.of("k", names);

        Names copiedNames = copyOf(new Names(names));
        Blob copiedBlob = copyOf(blob);
        Object copiedMap = copyOf(map);
        names.add("b");
        blob.bytes[0] = 2;

        assertThat(copiedNames.names, is(List.of("a")));
        assertThat(copiedBlob.bytes[0], is((byte) 1));
        assertThat(copiedMap, is(Map.of("k", List.of("a"))));
    }

    @Test
    void arraysAreAlwaysCopied() {
        Object[] array = {new int[] {1}, "x", null};

        Object[] copy = copyOf(array);

        assertThat(copy, is(array));
        assertThat(copy, is(not(sameInstance(array))));
        assertThat(copy[0], is(not(sameInstance(array[0]))));
    }

    @Test
    void nullsInListsCross() {
        List<String> withNull = Arrays.asList("a", null);

        assertThat(ValueCopy.of(withNull), is(withNull));
        assertThat(ValueCopy.of(Stream.of("a", null).toList()), is(withNull));
    }

    @Test
    void anUnsupportedTypeIsNamedTogetherWithWhatToUse() {
        IllegalArgumentException thrown =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> ValueCopy.of(List.of(Thread.currentThread())));

        assertThat(thrown.getMessage(), containsString("a java.lang.Thread cannot be an argument"));
        assertThat(thrown.getMessage(), containsString("use records"));
    }

    @Test
    @SuppressWarnings("JdkObsolete") // A list that the copy is not.
    void anArrayOfOneKindOfListIsRefused() {
        Object[] lists = new LinkedList<?>[] {new LinkedList<>()};

        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> ValueCopy.of(lists));

        assertThat(
                thrown.getMessage(),
                is(
                        "an array of java.util.LinkedList cannot cross, since a copy of it holds"
                                + " java.util.ArrayList; use a List"));
    }

    @Test
    void aCycleIsAnErrorNotAnOverflow() {
        List<Object> cyclic = new ArrayList<>();
        cyclic.add(cyclic);

        assertThrows(IllegalArgumentException.class, () -> ValueCopy.of(cyclic));
    }

    @SuppressWarnings("unchecked") // A copy has the type of the original.
    private static <T> T copyOf(T value) {
        return (T) Objects.requireNonNull(ValueCopy.of(value));
    }
}
