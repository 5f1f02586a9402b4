package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.runtime.DurableObjects;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How arguments cross to an object, and what is said of those that cannot.
class RpcArgumentsSpec {

    interface Joiner {
        String join(String separator, String... parts);

        int count(Object... values);

        void keep(String name, Object value);

        Object make();
    }

    private static final class JoinerObject extends DurableObject implements Joiner {

        JoinerObject(DurableObjectState ctx, Env env, List<String> made) {
            super(ctx, env);
            made.add(ctx.id().name().orElseThrow());
        }

        @Override
        public String join(String separator, String... parts) {
            String joined = String.join(separator, parts);
            if (parts.length > 0) {
                parts[0] = "changed inside";
            }
            return joined;
        }

        @Override
        public int count(Object... values) {
            return values.length;
        }

        @Override
        public void keep(String name, Object value) {}

        @Override
        public Object make() {
            return new Thread();
        }
    }

    private static final Binding<Joiner> JOINER = Binding.of("JOINER", Joiner.class);
    private static final String WHY =
            " a java.lang.Thread cannot be an argument or a result of a call; use records, enums,";

    @TempDir private Path directory;
    private final List<String> made = Probe.seen();
    private DurableObjects objects;
    private Joiner joiner;

    @BeforeEach
    void start() {
        objects =
                DurableObjects.builder()
                        .directory(directory)
                        .namespace(JOINER, (ctx, env) -> new JoinerObject(ctx, env, made))
                        .build();
        joiner = objects.env().namespace(JOINER).getByName("a").rpc();
    }

    @AfterEach
    void stop() {
        objects.close();
    }

    @Test
    void anyNumberOfArgumentsArrives() {
        assertThat(joiner.join("-"), is(""));
        assertThat(joiner.join("-", "a"), is("a"));
        assertThat(joiner.join("-", "a", "b", "c"), is("a-b-c"));
        assertThat(joiner.count(1, "b", List.of()), is(3));
    }

    @Test
    void anArrayInPlaceOfThemIsCopied() {
        String[] parts = {"a", "b"};

        assertThat(joiner.join("-", parts), is("a-b"));
        assertThat(List.of(parts), is(List.of("a", "b")));
    }

    @Test
    void anArgumentThatCannotCrossIsNamedByMethodAndPosition() {
        IllegalArgumentException thrown =
                assertThrows(
                        IllegalArgumentException.class, () -> joiner.keep("name", new Thread()));

        assertThat(thrown.getMessage(), startsWith("argument 2 of keep:" + WHY));
        assertThat("nothing was called", made, is(empty()));
    }

    @Test
    void oneOfAnyNumberThatCannotCrossIsNamedToo() {
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> joiner.count("a", new Thread()));

        assertThat(thrown.getMessage(), startsWith("argument 1 of count:" + WHY));
        assertThat("nothing was called", made, is(empty()));
    }

    @Test
    void aResultThatCannotCrossIsNamedByItsType() {
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, joiner::make);

        assertThat(thrown.getMessage(), startsWith(WHY.strip()));
    }
}
