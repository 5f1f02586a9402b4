package dev.durableobjects.operations;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.engine.IdDerivation;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.journal.HistoryRules;
import dev.durableobjects.internal.journal.Journal;
import dev.durableobjects.internal.journal.JournalIndex.Fact;
import dev.durableobjects.internal.storage.DataDirectory;
import dev.durableobjects.internal.storage.NodeIndex;
import dev.durableobjects.operations.OperationException.Reason;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Listings of many objects, and their cursors.
@Timeout(60)
class ListingTest {

    private static final int OBJECTS = 10_000;
    private static final ObjectQuery ALL = ObjectQuery.of("N");

    @TempDir private Path root;

    private final IdDerivation ids = new IdDerivation("key", new SecureRandom());
    private DataDirectory directory;
    private NodeIndex index;
    private Journal journal;
    private Operations operations;

    @BeforeEach
    void open() throws IOException {
        directory = DataDirectory.open(root);
        index = NodeIndex.open(directory, Disk.system());
        index.register("N", "key");
        journal =
                new Journal(
                        root,
                        Disk.system(),
                        Waiting.system(),
                        InstantSource.system(),
                        30,
                        Long.MAX_VALUE,
                        HistoryRules.off(),
                        index.objects());
        operations =
                new NodeOperations(
                        Limits.standard(),
                        directory,
                        index,
                        journal.history(),
                        new Changes(journal, null),
                        (target, progress) -> {
                            throw new UnsupportedOperationException();
                        },
                        () -> {});
    }

    @AfterEach
    void close() {
        journal.close();
        index.objects().close();
        index.close();
        directory.close();
    }

    private DurableObjectId add(int number) {
        boolean isNamed = number % 3 != 0;
        DurableObjectId id = ids.fromName("name " + number);
        String file = directory.journaling(journal.history(), "key", id).file();
        Optional<String> name = isNamed ? id.name() : Optional.empty();
        index.objects().add(List.of(new Fact(file, name, Wake.UNCHANGED)));
        return id;
    }

    @Test
    void whatIsThereAllTheTimeIsListedOnceWhileOthersAreMade() throws InterruptedException {
        Set<DurableObjectId> there = new HashSet<>();
        IntStream.range(0, OBJECTS).forEach(number -> there.add(add(number)));

        List<DurableObjectId> listed = new ArrayList<>();
        ObjectQuery query = ALL.limit(97);
        int made = OBJECTS;
        for (Optional<String> cursor = Optional.of(""); cursor.isPresent(); ) {
            int from = made;
            made += 50; // Fewer than a page, so that the listing ends.
            int to = made;
            Thread maker =
                    Thread.ofVirtual().start(() -> IntStream.range(from, to).forEach(this::add));
            ObjectPage page = operations.list(query);
            page.objects().forEach(object -> listed.add(object.id()));
            cursor = page.cursor();
            query = cursor.map(query::after).orElse(query);
            maker.join();
        }

        Set<DurableObjectId> once = new HashSet<>(listed);
        assertThat(once.size(), is(listed.size()));
        there.removeAll(once);
        assertThat("not listed", there, is(empty()));
    }

    @Test
    void aCursorWithAnyCharacterChangedIsRefused() {
        IntStream.range(0, 10).forEach(this::add);
        String cursor = operations.list(ALL.limit(2)).cursor().orElseThrow();

        for (int i = 0; i < cursor.length() - 1; i++) {
            char other = cursor.charAt(i) == 'A' ? 'B' : 'A';
            String changed = cursor.substring(0, i) + other + cursor.substring(i + 1);
            OperationException refused =
                    assertThrows(
                            OperationException.class, () -> operations.list(ALL.after(changed)));
            assertThat(refused.reason(), is(Reason.MALFORMED_CURSOR));
        }
        for (int i = 0; i < cursor.length(); i++) {
            String cut = cursor.substring(0, i);
            assertThrows(OperationException.class, () -> operations.list(ALL.after(cut)));
        }
    }

    @Test
    void whatWasDeletedIsListedAgainWhenItIsMadeAgain() {
        DurableObjectId id = add(1);
        String file = directory.journaling(journal.history(), "key", id).file();
        Fact gone = new Fact(file, Optional.empty(), Wake.NEVER, true);

        index.objects().add(List.of(gone));
        assertThat(operations.list(ALL).objects().size(), is(0));
        add(1);
        assertThat(operations.list(ALL).objects().size(), is(1));
        index.objects().add(List.of(new Fact(file, Optional.empty(), new Wake(5)), gone));
        add(1); // All of it before anybody has looked.

        assertThat(operations.list(ALL).objects().getFirst().toString(), is("N name 1"));
        assertThat(index.objects().due("key", 10, 1), is(List.of()));
    }
}
