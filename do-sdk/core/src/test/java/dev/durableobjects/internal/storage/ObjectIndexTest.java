package dev.durableobjects.internal.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.journal.JournalIndex.Fact;
import dev.durableobjects.internal.storage.ObjectIndex.Due;
import dev.durableobjects.spi.Wake;
import dev.durableobjects.sql.SqlPolicy;
import dev.durableobjects.sql.SqlStorageException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The index of objects and of their times.
class ObjectIndexTest {

    private static final int OBJECTS = 10_000;
    private static final int MANY = 60_000;
    private static final long FAR = 1_000;

    private static final String REFUSE_WRITES =
            """
            CREATE TRIGGER refuse BEFORE INSERT ON objects
            BEGIN SELECT RAISE(ABORT, 'odd'); END
            """;

    @TempDir private Path directory;

    @Test
    void tellsWhoIsDueFirstAndWhenTheNextIs() {
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, Disk.system())) {
            ObjectIndex index = node.objects();
            index.add(
                    IntStream.range(0, OBJECTS)
                            .mapToObj(i -> fact(i, Optional.of("name " + i), OBJECTS - i))
                            .toList());
            index.add(List.of(fact(OBJECTS - 2, Optional.empty(), 0)));
            index.apply();

            List<Due> due = index.due("key", 5, 3);

            assertThat(due.stream().map(Due::wakeAt).toList(), is(List.of(1L, 3L, 4L)));
            assertThat(due.getFirst().id().name(), is(Optional.of("name " + (OBJECTS - 1))));
            assertThat(index.next("key", 5), is(Optional.of(6L)));
            assertThat(index.due("another key", 5, 3), is(List.of()));
            index.close();
        }
    }

    @Test
    void namespacesAreReadWhileTheJournalTellsItsFacts() throws Exception {
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, Disk.system())) {
            node.register("NOTES", "notes");
            Thread journal =
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < OBJECTS; i++) {
                                    node.objects().add(List.of(fact(i, Optional.empty(), i)));
                                    node.objects().apply();
                                }
                            });

            while (journal.isAlive()) {
                assertThat(node.uniqueKeys(), is(Map.of("NOTES", "notes")));
            }

            journal.join();
            assertThat(node.objects().next("key", OBJECTS - 2), is(Optional.of(OBJECTS - 1L)));
        }
    }

    @Test
    void whatIsPutOffWaitsUntilItChangesOrTheNextStart() {
        try (DataDirectory data = DataDirectory.open(directory)) {
            try (NodeIndex node = NodeIndex.open(data, Disk.system())) {
                ObjectIndex index = node.objects();
                index.add(List.of(fact(1, Optional.empty(), 10), fact(2, Optional.empty(), 11)));
                index.apply();
                index.due("key", 20, 2).forEach(due -> index.postpone(due, 50));
                assertThat(index.due("key", 20, 2), is(List.of()));

                index.add(List.of(fact(1, Optional.empty(), 12)));
                index.apply();
                assertThat(index.due("key", 20, 2).getFirst().wakeAt(), is(12L));
                index.close();
            }
            try (NodeIndex node = NodeIndex.open(data, Disk.system())) {
                assertThat(node.objects().due("key", 20, 5).size(), is(2));
            }
        }
    }

    @Test
    void anIndexThatCannotBeWrittenTakesFactsInAndLosesNone() throws Exception {
        try (DataDirectory data = DataDirectory.open(directory);
                ObjectDatabase database = database(data)) {
            ObjectIndex index = new ObjectIndex(database, IndexLog.open(path(data), Disk.system()));
            index.prepare();
            index.add(List.of(fact(1, Optional.of("a name"), 10), fact(2, Optional.empty(), 11)));
            database.sql().exec(REFUSE_WRITES);
            database.commit();

            assertThrows(SqlStorageException.class, index::apply);
            index.add(manyFacts());
            index.add(List.of(fact(1, Optional.empty(), 12)));
            assertThrows(SqlStorageException.class, index::force, "the journal keeps its files");
            database.sql().exec("DROP TRIGGER refuse");
            database.commit();
            index.force();

            List<Due> due = index.due("key", 20, 5);
            assertThat(due.stream().map(Due::wakeAt).toList(), is(List.of(11L, 12L)));
            assertThat(due.getLast().id().name(), is(Optional.of("a name")));
            assertThat(index.due("key", FAR, MANY).size(), is(MANY));
            index.close();
        }
    }

    @Test
    @Timeout(60)
    void takesFactsInWhileSomebodyWritesThemDown() throws Exception {
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, Disk.system())) {
            ObjectIndex index = node.objects();

            synchronized (index) { // As if SQL took long.
                Thread journal =
                        Thread.ofVirtual()
                                .start(() -> {
                                    index.add(manyFacts());
                                    index.add(List.of(fact(1, Optional.empty(), 12)));
                                });
                journal.join();
            }
            index.apply();

            assertThat(index.due("key", 20, 5).getFirst().wakeAt(), is(12L));
            index.close();
        }
    }

    private static ObjectDatabase database(DataDirectory data) {
        return new ObjectDatabase(
                path(data),
                null,
                new OpenHost(SqlPolicy.OPEN, () -> true),
                Limits.standard(),
                Waiting.system());
    }

    private static Path path(DataDirectory data) {
        return data.path().resolve("index.sqlite");
    }

    private static List<Fact> manyFacts() {
        return IntStream.range(3, MANY + 1).mapToObj(i -> fact(i, Optional.empty(), FAR)).toList();
    }

    @Test
    void findingWhatIsDueIsASearchInAnIndex() throws SQLException {
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, Disk.system())) {
            node.objects().close();
        }

        assertThat(plan(ObjectIndex.DUE), is(SEARCH + "<?)"));
        assertThat(
                plan(ObjectIndex.NAMED), containsString("INDEX objects_by_name (namespace=? AND "));
        assertThat(
                plan(ObjectIndex.UNNAMED),
                containsString("INDEX objects_without_name (namespace=? AND id>?"));
        assertThat(plan(ObjectIndex.NEXT), containsString("SEARCH objects USING COVERING INDEX"));
    }

    private static final String SEARCH =
            "SEARCH objects USING INDEX objects_by_time (namespace=? AND try_at";

    private String plan(String query) throws SQLException {
        String url = "jdbc:sqlite:" + directory.resolve("index.sqlite");
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet plan =
                        statement.executeQuery("EXPLAIN QUERY PLAN " + query.replace("?", "'1'"))) {
            return plan.getString("detail");
        }
    }

    private static Fact fact(int object, Optional<String> name, long millis) {
        return new Fact("objects/key/00/%064d.sqlite".formatted(object), name, new Wake(millis));
    }
}
