package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.CommitFailedException;
import dev.durableobjects.spi.CommitLog;
import dev.durableobjects.spi.Wake;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurableObjectsTest {

    interface Note {
        void write(String text);
    }

    interface Other {}

    static final class NoteObject extends DurableObject implements Note {
        NoteObject(DurableObjectState ctx, Env env) {
            super(ctx, env);
        }

        @Override
        public void write(String text) {
            ctx.storage().sql().exec("CREATE TABLE IF NOT EXISTS notes (text)");
            ctx.storage().sql().exec("INSERT INTO notes VALUES (?)", text);
        }
    }

    private static final Binding<Note> NOTE = Binding.of("NOTE", Note.class);

    @TempDir private Path directory;

    @Test
    void aChangedUniqueKeyOverExistingDataIsRefused() {
        try (DurableObjects objects = start("first")) {
            objects.env().namespace(NOTE).getByName("a").rpc().write("x");
        }

        IllegalStateException thrown =
                assertThrows(IllegalStateException.class, () -> start("second"));

        assertThat(
                thrown.getMessage(),
                containsString(
                        "namespace NOTE has data under the unique key 'first', and was started"
                                + " with 'second'"));
        start("first").close();
    }

    @Test
    void aUniqueKeyWithoutDataMayChange() {
        start("first").close();

        start("second").close();
        start("second").close();
    }

    @Test
    void anUnknownBindingIsNamedTogetherWithThoseThereAre() {
        try (DurableObjects objects = start("key")) {
            IllegalArgumentException unknown =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> objects.env().namespace(Binding.of("X", Note.class)));
            IllegalArgumentException mistyped =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> objects.env().namespace(Binding.of("NOTE", Other.class)));

            assertThat(unknown.getMessage(), is("no namespace is bound to X; there are [NOTE]"));
            assertThat(mistyped.getMessage(), containsString("was registered with the interface"));
        }
    }

    @Test
    void twoNamespacesOfOneNameOrKeyAreRefused() {
        DurableObjectsBuilder builder = DurableObjects.builder().namespace(NOTE, NoteObject::new);

        assertThrows(
                IllegalArgumentException.class, () -> builder.namespace(NOTE, NoteObject::new));
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        builder.namespace(
                                Binding.of("OTHER", Note.class),
                                NoteObject::new,
                                n -> n.uniqueKey("note")));
    }

    @Test
    void configurationSetsDirectoryAndLimits() {
        Config config =
                Config.just(
                        ConfigSources.create(
                                Map.of(
                                        "durable.directory",
                                        directory.resolve("there").toString(),
                                        "durable.limits.bodyBytes",
                                        "4096")));

        try (DurableObjects objects =
                DurableObjects.builder().config(config.get("durable")).build()) {
            assertThat(objects.directory(), is(directory.resolve("there").toAbsolutePath()));
            assertThat(objects.limits().get(Limit.BODY_BYTES), is(4096));
        }
    }

    @Test
    void theEnvironmentSetsLimitsAndWinsOverFiles() {
        Map<String, String> asHelidonMapsTheEnvironment = Map.of("durable.limits.bodybytes", "10");
        Config config =
                Config.just(
                        ConfigSources.create(asHelidonMapsTheEnvironment),
                        ConfigSources.create(
                                Map.of(
                                        "durable.limits.bodyBytes", "4096",
                                        "durable.limits.callDepth", "7",
                                        "durable.directory", directory.toString())));

        try (DurableObjects objects =
                DurableObjects.builder().config(config.get("durable")).build()) {
            assertThat(objects.limits().get(Limit.BODY_BYTES), is(10));
            assertThat(objects.limits().get(Limit.CALL_DEPTH), is(7));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    limits.nope | 1 | unknown limit durable.limits.nope; see Limit
                    limits.bodyBytes | 4k | limit bodyBytes must be a whole number
                    limits.bodyBytes | 5000000000 | at most 2147483647, was '5000000000'
                    directry | x | unknown configuration key durable.directry; there are
                    directory | '' | the data directory must be a path, was ''
                    """,
            quoteCharacter = '"')
    void aMistakeInTheConfigurationIsRefused(String key, String value, String message) {
        String given = value.equals("''") ? "" : value;
        Config config = Config.just(ConfigSources.create(Map.of("durable." + key, given)));

        IllegalArgumentException thrown =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> DurableObjects.builder().config(config.get("durable")));

        assertThat(thrown.getMessage(), containsString(message));
    }

    @Test
    void aLimitMustBePositive() {
        Config config = Config.just(ConfigSources.create(Map.of("durable.limits.bodyBytes", "0")));

        IllegalArgumentException thrown =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> DurableObjects.builder().config(config.get("durable")));

        assertThat(thrown.getMessage(), is("limit bodyBytes must be at least 1, was 0"));
        assertThat(Limits.standard().with(Limit.BODY_BYTES, 7).get(Limit.BODY_BYTES), is(7));
    }

    @Test
    void aClosedRuntimeLetsTheNextOneIn() {
        start("key").close();

        start("key").close();
    }

    @Test
    void aStartThatFailsEndsWhatItHasBegun() {
        AtomicReference<CommitLog> opened = new AtomicReference<>();
        DurableObjectsBuilder builder =
                DurableObjects.builder()
                        .directory(directory)
                        .namespace(NOTE, NoteObject::new)
                        .log(journal -> {
                            opened.set(journal);
                            throw new IllegalStateException("no such log");
                        });

        assertThrows(IllegalStateException.class, builder::build);

        Commit late =
                new Commit(
                        DurableObjectId.of(new byte[DurableObjectId.LENGTH]),
                        "objects/note/00/00.sqlite",
                        false,
                        4_096,
                        1,
                        List.of(),
                        Wake.UNCHANGED);
        assertThrows(CommitFailedException.class, () -> opened.get().append(late));
        start("key").close();
    }

    private DurableObjects start(String uniqueKey) {
        return DurableObjects.builder()
                .directory(directory)
                .namespace(NOTE, NoteObject::new, n -> n.uniqueKey(uniqueKey))
                .build();
    }
}
