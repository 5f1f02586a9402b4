package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Limit;
import dev.durableobjects.operations.Operations;
import dev.durableobjects.runtime.Health;
import dev.durableobjects.runtime.Health.Problem;
import dev.durableobjects.runtime.Health.Reason;
import dev.durableobjects.runtime.Health.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of alarms, and of everything else, when the index of objects cannot be used. A
/// running runtime keeps others out of it, so it is broken before the start, and mends itself.
@Timeout(60)
class AlarmIndexSpec {

    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir private Path directory;

    @BeforeEach
    void makeTheIndex() {
        new AlarmWorld(directory).close();
    }

    @Test
    void anIndexThatCannotBeWrittenDelaysAlarmsOnly() throws Exception {
        inIndex(
                """
                CREATE TRIGGER refuse BEFORE INSERT ON objects
                WHEN NEW.name = 'odd' AND NEW.wake_at IS NOT NULL
                BEGIN SELECT RAISE(ABORT, 'refused'); END
                """);

        try (AlarmWorld world = new AlarmWorld(directory)) {
            world.setAlarm("odd", HOUR);
            Health broken = awaitFailure(world);
            world.setAlarm("a", Duration.ZERO);
            assertThat(world.in("a", self -> self.counter), is(0));
            world.in(
                    "odd",
                    self -> {
                        self.ctx().storage().deleteAlarm();
                        return null;
                    });

            assertThat(world.next().object(), is("a"));
            awaitHealth(world);
            assertThat(broken.status(), is(Status.DEGRADED));
            assertThat(broken.problems().getFirst().message(), containsString("refused"));
        }
    }

    @Test
    void whateverIsWrongInTheIndexDelaysAlarmsOnly() throws Exception {
        inIndex(
                """
                CREATE TRIGGER mend AFTER INSERT ON objects WHEN NEW.name = 'mend'
                BEGIN DELETE FROM objects WHERE length(id) = 1; END
                """);
        inIndex(
                """
                INSERT INTO objects (namespace, id, wake_at, try_at, tries)
                SELECT unique_key, x'00', 1, 1, 0 FROM namespaces
                """);

        try (AlarmWorld world = new AlarmWorld(directory)) {
            Health broken = awaitFailure(world);
            world.setAlarm("mend", Duration.ZERO);

            assertThat(world.next().object(), is("mend"));
            awaitHealth(world);
            assertThat(reasons(broken), contains(Reason.INDEX_FAILED));
        }
    }

    @Test
    void anIndexThatWasDeletedIsMadeAgainWithItsAlarms() throws Exception {
        try (AlarmWorld world = withSmallJournal()) {
            world.setAlarm("a", HOUR);
            world.setAlarm("b", Duration.ofDays(1));
            awaitForgotten(world);
        }
        Files.delete(directory.resolve("index.sqlite"));

        assertThat(
                assertThrows(IllegalStateException.class, () -> Operations.open(directory))
                        .getMessage(),
                containsString("index.sqlite in " + directory.toRealPath() + " is lost"));
        assertThat("it was made", Files.exists(directory.resolve("index.sqlite")), is(false));
        try (AlarmWorld world = withSmallJournal()) {
            world.pass(HOUR);
            assertThat(world.next().due(), is(AlarmWorld.START.plus(HOUR)));
            assertThat(world.left(), is(0));
            assertThat(reasons(health(world)), not(hasItem(Reason.INDEX_FAILED)));
        }
        try (Operations operations = Operations.open(directory)) {
            assertThat(operations.namespaces(), hasSize(1));
        }
    }

    private static List<Reason> reasons(Health health) {
        return health.problems().stream().map(Problem::reason).toList();
    }

    private AlarmWorld withSmallJournal() {
        return new AlarmWorld(directory, builder -> builder.limit(Limit.JOURNAL_MIB, 1));
    }

    /// Returns when the journal has nothing of an alarm any more, only the index has.
    private void awaitForgotten(AlarmWorld world) throws Exception {
        Path newest;
        try (Stream<Path> files = Files.list(directory.resolve("journal"))) {
            newest =
                    files.filter(file -> file.toString().endsWith(".journal"))
                            .sorted()
                            .toList()
                            .getLast();
        }
        byte[] bytes = new byte[1 << 20];
        Random random = new Random(1);
        while (Files.exists(newest)) {
            random.nextBytes(bytes);
            world.in(
                    "other",
                    self -> {
                        self.ctx().storage().kv().put("odd", bytes);
                        return null;
                    });
        }
    }

    private static Health awaitFailure(AlarmWorld world) {
        Health health = health(world);
        while (health.problems().isEmpty()) {
            Thread.onSpinWait();
            health = health(world);
        }
        return health;
    }

    private static void awaitHealth(AlarmWorld world) {
        while (!health(world).problems().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    private static Health health(AlarmWorld world) {
        return world.runtime().objects().health();
    }

    private void inIndex(String sql) throws SQLException {
        String url = "jdbc:sqlite:" + directory.resolve("index.sqlite");
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
