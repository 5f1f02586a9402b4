package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.runtime.DurableObjects;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Mistakes in an RPC interface are found when its namespace is registered, not when it is called.
class InterfaceSpec {

    interface Overloads {
        void book(String seat);

        void book(int seat);
    }

    interface Reserved {
        void fetch();
    }

    interface Scheduled {
        void scheduled(String name);
    }

    interface TypeParameters {
        <T> T get(T value);
    }

    interface UnknownType<T> {
        T get();
    }

    interface ReadsAStream {
        InputStream read();
    }

    interface PassesAnId {
        void link(List<DurableObjectId> ids);
    }

    record Inner(Thread thread) {}

    record Outer(Map<String, Optional<Inner>> inner) {}

    interface Hidden {
        void send(String text, Outer outer);
    }

    interface Fine {
        String greet(String name);

        static String helper() {
            return "a static method is nobody's business";
        }
    }

    record Box<T>(T value, Optional<Box<T>> next) {}

    interface Wide<T> {
        T echo(T value);

        Number number();

        Box<T> boxed(Box<T> value);
    }

    interface Narrow extends Wide<String> {
        @Override
        Integer number();
    }

    static final class NarrowObject extends DurableObject implements Narrow {
        NarrowObject(DurableObjectState ctx, Env env) {
            super(ctx, env);
        }

        @Override
        public String echo(String value) {
            return value;
        }

        @Override
        public Integer number() {
            return 7;
        }

        @Override
        public Box<String> boxed(Box<String> value) {
            return value;
        }
    }

    static final class Nothing extends DurableObject {
        Nothing(DurableObjectState ctx, Env env) {
            super(ctx, env);
        }
    }

    @TempDir private Path directory;

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of(Overloads.class, "Overloads.book is overloaded; calls are told apart"),
                Arguments.of(
                        Reserved.class,
                        "Reserved.fetch: 'fetch' is a reserved method and cannot be called over"
                                + " RPC; rename it"),
                Arguments.of(
                        Scheduled.class,
                        "Scheduled.scheduled: 'scheduled' is a reserved method and cannot be"
                                + " called over RPC; rename it"),
                Arguments.of(TypeParameters.class, "TypeParameters.get has type parameters"),
                Arguments.of(
                        UnknownType.class,
                        "UnknownType.get: the result has the type T, which is not known before the"
                                + " call; bind an interface that extends this one with the types"),
                Arguments.of(
                        ReadsAStream.class,
                        "ReadsAStream.read: the result has the type java.io.InputStream, which"
                                + " cannot cross; use primitives"),
                Arguments.of(
                        PassesAnId.class,
                        "PassesAnId.link: parameter 1 has the type"
                                + " dev.durableobjects.DurableObjectId, which cannot cross; send"
                                + " its toString() or the name, or use"),
                Arguments.of(
                        Hidden.class,
                        "Hidden.send: parameter 2, component inner, component thread has the type"
                                + " java.lang.Thread, which cannot cross"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsNamedAtTheRegistration(Class<?> api, String message) {
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> register(api));

        assertThat(thrown.getMessage(), containsString(message));
    }

    @Test
    void typesAboveTheInterfaceAreResolvedAndAnOverrideIsNoOverload() {
        Binding<Narrow> binding = Binding.of("NARROW", Narrow.class);
        try (DurableObjects objects =
                DurableObjects.builder()
                        .directory(directory)
                        .namespace(binding, NarrowObject::new)
                        .build()) {
            Narrow narrow = objects.env().namespace(binding).getByName("a").rpc();
            Wide<String> wide = narrow;

            assertThat(narrow.echo("x"), is("x"));
            assertThat(narrow.number(), is(7));
            assertThat(wide.number(), is(7));
            assertThat(wide.boxed(new Box<>("y", Optional.empty())).value(), is("y"));
        }
    }

    @Test
    void aClassIsNoInterface() {
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> Binding.of("B", Nothing.class));

        assertThat(thrown.getMessage(), containsString("is not an interface; declare the methods"));
    }

    @Test
    void aStaticMethodOfTheInterfaceIsNotRemote() {
        register(Fine.class);

        assertThat(Fine.helper(), is("a static method is nobody's business"));
    }

    @Test
    @SuppressWarnings("unchecked") // The mistake that a raw type hides from the compiler.
    void anObjectThatDoesNotImplementItsInterfaceIsNamedByItsFirstCall() {
        Binding<Object> lying = (Binding<Object>) (Binding<?>) Binding.of("FINE", Fine.class);
        try (DurableObjects objects =
                DurableObjects.builder()
                        .directory(directory)
                        .namespace(lying, Nothing::new)
                        .build()) {
            Fine fine =
                    objects.env().namespace(Binding.of("FINE", Fine.class)).getByName("a").rpc();

            RuntimeException thrown = assertThrows(RuntimeException.class, () -> fine.greet("you"));

            assertThat(
                    thrown.getMessage(),
                    containsString(
                            "namespace FINE: %s does not implement %s"
                                    .formatted(Nothing.class.getName(), Fine.class.getName())));
        }
    }

    @SuppressWarnings("unchecked") // Nothing is called.
    private static void register(Class<?> api) {
        Binding<Object> binding = (Binding<Object>) (Binding<?>) Binding.of("B", api);
        DurableObjects.builder().namespace(binding, Nothing::new);
    }
}
