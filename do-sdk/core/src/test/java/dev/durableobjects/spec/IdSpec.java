package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Admission;
import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.DurableObjectNamespace;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.runtime.DurableObjects;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Ids: how they derive from names, what they accept, what they carry.
class IdSpec {

    interface Named {
        Optional<String> nameInside();

        String idInside();
    }

    static final class NamedObject extends DurableObject implements Named {
        private final Optional<String> nameInConstructor;

        NamedObject(DurableObjectState ctx, Env env) {
            super(ctx, env);
            nameInConstructor = ctx.id().name();
        }

        @Override
        public Optional<String> nameInside() {
            return nameInConstructor;
        }

        @Override
        public String idInside() {
            return ctx.id().toString();
        }
    }

    private static final Binding<Named> FIRST = Binding.of("FIRST", Named.class);
    private static final Binding<Named> SECOND = Binding.of("SECOND", Named.class);

    @TempDir private Path directory;
    private DurableObjects objects;
    private DurableObjectNamespace<Named> first;
    private DurableObjectNamespace<Named> second;

    @BeforeEach
    void start() {
        objects =
                DurableObjects.builder()
                        .directory(directory)
                        .namespace(FIRST, NamedObject::new, n -> n.uniqueKey("mykey"))
                        .namespace(
                                SECOND,
                                NamedObject::new,
                                n -> n.admission(Admission.keys("[a-z]{1,8}")))
                        .build();
        first = objects.env().namespace(FIRST);
        second = objects.env().namespace(SECOND);
    }

    @AfterEach
    void stop() {
        objects.close();
    }

    @Test
    void aNameLeadsToTheIdThatWorkerdGivesIt() {
        assertThat(
                first.idFromName("http://foo/").toString(),
                is("59002eb8cf872e541722977a258a12d6a93bbe8192b502e1c0cb250aa91af234"));
    }

    @Test
    void aNameLeadsToAnotherIdInAnotherNamespace() {
        assertThat(first.idFromName("a"), is(first.idFromName("a")));
        assertThat(first.idFromName("a"), is(not(first.idFromName("b"))));
        assertThat(first.idFromName("a"), is(not(second.idFromName("a"))));
    }

    @Test
    void theEmptyNameIsANameWhereTheNamespaceAdmitsIt() {
        assertThat(first.idFromName("").name(), is(Optional.of("")));
    }

    @Test
    void aNameWithHalfOfASurrogatePairIsRefused() {
        for (String half : new String[] {"\uD83D", "a\uDE00b", "\uDE00\uD83D"}) {
            IllegalArgumentException thrown =
                    assertThrows(IllegalArgumentException.class, () -> first.idFromName(half));
            assertThat(
                    thrown.getMessage(),
                    is("a name must be valid Unicode, and this one has half of a surrogate pair"));
        }
        assertThat(
                "a whole pair is a character",
                first.idFromName("\uD83D\uDE00").name(),
                is(Optional.of("\uD83D\uDE00")));
    }

    @Test
    void uniqueIdsDifferAndHaveNoName() {
        Set<DurableObjectId> ids = new HashSet<>();

        for (int i = 0; i < 1_000; i++) {
            ids.add(first.newUniqueId());
        }

        assertThat(ids.size(), is(1_000));
        assertThat(first.newUniqueId().name(), is(Optional.empty()));
    }

    @Test
    void anIdComesBackFromItsTextWithoutItsName() {
        DurableObjectId id = first.idFromName("a");

        DurableObjectId read = first.idFromString(id.toString().toUpperCase(Locale.ROOT));

        assertThat(read, is(id));
        assertThat(read.name(), is(Optional.empty()));
        assertThat(read.toString(), is(id.toString()));
    }

    @Test
    void aTextThatIsNoIdIsRefused() {
        for (String text : new String[] {"goodbye", "", "zz".repeat(32), "ab".repeat(33)}) {
            IllegalArgumentException thrown =
                    assertThrows(IllegalArgumentException.class, () -> first.idFromString(text));
            assertThat(thrown.getMessage(), is("Invalid Durable Object ID: must be 64 hex digits"));
        }
    }

    @Test
    void anIdOfAnotherNamespaceAndAForgedIdAreRefused() {
        String foreign = second.idFromName("a").toString();
        String forged = "deadbeef".repeat(8);

        for (String text : new String[] {foreign, forged}) {
            IllegalArgumentException thrown =
                    assertThrows(IllegalArgumentException.class, () -> first.idFromString(text));
            assertThat(
                    thrown.getMessage(), is("Durable Object ID is not valid for this namespace."));
        }
        assertThrows(IllegalArgumentException.class, () -> first.get(second.idFromName("a")));
    }

    @Test
    void onlyTheBytesCountForEquality() {
        byte[] bytes = new byte[DurableObjectId.LENGTH];

        assertThat(DurableObjectId.of(bytes, "a"), is(DurableObjectId.of(bytes, "b")));
        assertThat(
                DurableObjectId.of(bytes, "a").hashCode(),
                is(DurableObjectId.of(bytes).hashCode()));
    }

    @Test
    void theObjectKnowsTheNameItWasCalledBy() {
        assertThat(first.getByName("ann").rpc().nameInside(), is(Optional.of("ann")));
        assertThat(first.get(first.newUniqueId()).rpc().nameInside(), is(Optional.empty()));
    }

    @Test
    void aNameOfMoreThan1024BytesIsNotCarriedInside() {
        String name = "a".repeat(1025);

        assertThat(first.getByName(name).rpc().nameInside(), is(Optional.empty()));
        assertThat(first.getByName(name).rpc().idInside(), is(first.idFromName(name).toString()));
        assertThat(
                first.getByName("a".repeat(1024)).rpc().nameInside(),
                is(Optional.of("a".repeat(1024))));
    }

    @Test
    void aNameThatTheNamespaceDoesNotAdmitIsRefusedBeforeAnythingIsMade() {
        assertThrows(IllegalArgumentException.class, () -> second.idFromName("UPPER"));
        assertThrows(IllegalArgumentException.class, () -> second.getByName("../../x"));
    }
}
