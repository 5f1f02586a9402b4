package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.DurableObjectStub;
import dev.durableobjects.Env;
import dev.durableobjects.http.Request;
import dev.durableobjects.runtime.DurableObjects;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Calls through a stub: what crosses, in which order, and what a caller learns of a failure.
@Timeout(60)
class RpcSpec {

    enum Colour {
        RED,
        GREEN {
            @Override
            public String toString() {
                return "green";
            }
        }
    }

    sealed interface Shape {
        record Circle(double radius) implements Shape {}

        record Polygon(List<Integer> corners) implements Shape {}
    }

    interface Mirror {
        Object echo(Object value);

        List<String> echoList(List<String> values);

        Shape echoShape(Shape value);

        Optional<Colour> echoColour(Optional<Colour> value);

        byte[] echoBytes(byte... value);

        int kept();

        List<String> keptList();

        Object badResult();

        void append(int number);

        List<Integer> appended();

        void fail(String message) throws OddException;

        void failOfOther(String name) throws OddException;
    }

    /// An exception of the application, with a state of its own.
    static final class OddException extends Exception {

        private static final long serialVersionUID = 1L;

        private final int oddity;

        OddException(String message, int oddity) {
            super(message);
            this.oddity = oddity;
        }
    }

    static final class MirrorObject extends DurableObject implements Mirror {

        private List<String> kept = new ArrayList<>();
        private final List<Integer> appended = new ArrayList<>();

        MirrorObject(DurableObjectState ctx, Env env) {
            super(ctx, env);
        }

        @Override
        public Object echo(Object value) {
            return value;
        }

        @Override
        public List<String> echoList(List<String> values) {
            kept = values;
            return values;
        }

        @Override
        public Shape echoShape(Shape value) {
            return value;
        }

        @Override
        public Optional<Colour> echoColour(Optional<Colour> value) {
            return value;
        }

        @Override
        public byte[] echoBytes(byte... value) {
            return value;
        }

        @Override
        public int kept() {
            return kept.size();
        }

        @Override
        public List<String> keptList() {
            return kept;
        }

        @Override
        public Object badResult() {
            kept.add("the method ran");
            return new ThreadLocal<>();
        }

        @Override
        public void append(int number) {
            appended.add(number);
        }

        @Override
        public List<Integer> appended() {
            return appended;
        }

        @Override
        public void fail(String message) throws OddException {
            throw new OddException(message, 7);
        }

        @Override
        public void failOfOther(String name) throws OddException {
            env.namespace(MIRROR).getByName(name).rpc().fail("from " + name);
        }
    }

    private static final Binding<Mirror> MIRROR = Binding.of("MIRROR", Mirror.class);

    @TempDir private Path directory;
    private DurableObjects objects;
    private DurableObjectStub<Mirror> stub;
    private Mirror mirror;

    @BeforeEach
    void start() {
        objects =
                DurableObjects.builder()
                        .directory(directory)
                        .namespace(MIRROR, MirrorObject::new)
                        .build();
        stub = objects.env().namespace(MIRROR).getByName("a");
        mirror = stub.rpc();
    }

    @AfterEach
    void stop() {
        objects.close();
    }

    static Stream<Object> constants() {
        return Stream.of(
                "text",
                true,
                'c',
                (byte) 1,
                (short) 2,
                3,
                Long.MIN_VALUE,
                1.5f,
                Double.NaN,
                BigInteger.TEN.pow(30),
                new BigDecimal("1.10"),
                new UUID(1, 2),
                Instant.EPOCH,
                LocalDate.EPOCH,
                Duration.ofNanos(1),
                Colour.RED,
                Colour.GREEN,
                new Shape.Circle(1),
                new Shape.Polygon(List.of(1, 2)),
                Optional.of(Colour.GREEN),
                List.of("a", Colour.RED),
                Map.of("k", new Shape.Circle(2)));
    }

    @ParameterizedTest
    @MethodSource("constants")
    void whatCannotChangeCrossesAsItIs(Object value) {
        assertThat(mirror.echo(value), is(sameInstance(value)));
    }

    static Stream<Object> changeables() {
        return Stream.of(
                new ArrayList<>(Arrays.asList("a", null)),
                new LinkedHashSet<>(List.of("z", "a")),
                new LinkedHashMap<>(Map.of("k", new ArrayList<>(List.of(1)))),
                new int[] {1, 2},
                new String[][] {{"a"}, {"b", null}},
                new Shape.Polygon(new ArrayList<>(List.of(1, 2))),
                Optional.of(new ArrayList<>(List.of(1))),
                List.of(new ArrayList<>(List.of(1))));
    }

    @ParameterizedTest
    @MethodSource("changeables")
    void whatCanChangeCrossesAsAnEqualCopy(Object value) {
        Object echoed = mirror.echo(value);

        assertThat(echoed, is(value));
        assertThat(echoed, is(not(sameInstance(value))));
    }

    @Test
    void typedValuesCross() {
        assertThat(mirror.echoShape(new Shape.Circle(2)), is(new Shape.Circle(2)));
        assertThat(mirror.echoColour(Optional.of(Colour.GREEN)), is(Optional.of(Colour.GREEN)));
        assertThat(mirror.echoColour(Optional.empty()), is(Optional.empty()));
        assertThat(mirror.echoBytes((byte) 1, (byte) 2), is(new byte[] {1, 2}));
    }

    @Test
    void theOrderOfACollectionCrosses() {
        Set<String> order = new LinkedHashSet<>(List.of("z", "m", "a"));

        assertThat(String.valueOf(mirror.echo(order)), is("[z, m, a]"));
    }

    @Test
    void neitherSideSeesWhatTheOtherChangesAfterTheCall() {
        List<String> sent = new ArrayList<>(List.of("a"));
        List<String> received = mirror.echoList(sent);

        sent.add("by the caller");
        received.add("by the caller");
        mirror.keptList().add("by the caller");

        assertThat(mirror.kept(), is(1));
        assertThat(mirror.echo(new Object[0]), is(new Object[0]));
    }

    @Test
    void anArgumentThatCannotCrossIsRefusedBeforeTheCall() {
        IllegalArgumentException thrown =
                assertThrows(
                        IllegalArgumentException.class, () -> mirror.echo(new ThreadLocal<>()));

        assertThat(
                thrown.getMessage(),
                containsString("argument 1 of echo: a java.lang.ThreadLocal cannot be"));
    }

    @Test
    void aResultThatCannotCrossIsTheCallersErrorAfterTheCall() {
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, mirror::badResult);

        assertThat(thrown.getMessage(), containsString("a java.lang.ThreadLocal cannot be"));
        assertThat("the method ran", mirror.kept(), is(1));
    }

    @Test
    void callsThroughOneStubStartInTheOrderInWhichTheyAreMade() {
        for (int i = 0; i < 1_000; i++) {
            mirror.append(i);
        }

        assertThat(mirror.appended(), is(IntStream.range(0, 1_000).boxed().toList()));
    }

    @Test
    void callsThatWaitRunInTheOrderInWhichTheyCame() throws Exception {
        try (ProbeRuntime runtime = new ProbeRuntime(directory.resolve("probes"))) {
            CountDownLatch release = new CountDownLatch(1);
            List<CompletableFuture<Object>> calls = new ArrayList<>();
            calls.add(runtime.occupied("a", release));
            for (int i = 0; i < 100; i++) {
                String number = String.valueOf(i);
                calls.add(runtime.blocked("a", self -> self.log().add(number)).result());
            }

            release.countDown();
            for (CompletableFuture<Object> call : calls) {
                call.get();
            }

            assertThat(runtime.log, is(IntStream.range(0, 100).mapToObj(String::valueOf).toList()));
        }
    }

    @Test
    void anExceptionArrivesWithItsTypeItsStateAndTheMarksOfTheRuntime() {
        OddException thrown = assertThrows(OddException.class, () -> mirror.fail("odd"));

        DurableObjectException marks = DurableObjectException.about(thrown).orElseThrow();
        assertThat(thrown.getMessage(), is("odd"));
        assertThat(thrown.oddity, is(7));
        assertThat(marks.kind(), is(Kind.THROWN));
        assertThat("remote", marks.remote(), is(true));
        assertThat("retryable", marks.retryable(), is(false));
        assertThat("overloaded", marks.overloaded(), is(false));
        assertThat("reset", marks.durableObjectReset(), is(false));
        assertThat(marks.durableObjectId(), is(Optional.of(stub.id())));
    }

    @Test
    void anExceptionThatPassesThroughNamesTheObjectThatThrewIt() {
        OddException thrown = assertThrows(OddException.class, () -> mirror.failOfOther("b"));

        DurableObjectId b = objects.env().namespace(MIRROR).idFromName("b");
        DurableObjectException marks = DurableObjectException.about(thrown).orElseThrow();
        assertThat(thrown.getMessage(), is("from b"));
        assertThat(marks.durableObjectId(), is(Optional.of(b)));
    }

    @Test
    void anExceptionOfNoObjectHasNoMarks() {
        assertThat(
                DurableObjectException.about(new IllegalStateException("mine")),
                is(Optional.empty()));
    }

    @Test
    void anObjectWithoutAFetchHandlerSaysSo() {
        UnsupportedOperationException thrown =
                assertThrows(
                        UnsupportedOperationException.class, () -> stub.fetch(Request.get("/")));

        assertThat(thrown.getMessage(), is("Handler does not export a fetch() function."));
    }

    @Test
    void aProxyIsNamedAfterItsObjectAndEqualsItself() {
        assertThat(mirror.toString(), is("stub of MIRROR a"));
        assertThat(mirror, is(mirror));
        assertThat(mirror, is(not(stub.rpc())));
        assertThat(stub.name(), is(Optional.of("a")));
    }
}
