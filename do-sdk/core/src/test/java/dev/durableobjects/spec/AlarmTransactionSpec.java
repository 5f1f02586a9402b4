package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.Schedule;
import io.helidon.dbclient.DbTransaction;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of an alarm or a schedule whose handler leaves a transaction of JDBC or of DbClient
/// open: the transaction is undone, and the run counts as any other.
@Timeout(60)
class AlarmTransactionSpec {

    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir private Path directory;
    private AlarmWorld world;

    @BeforeEach
    void open() throws Exception {
        world = new AlarmWorld(directory);
        world.runtime().prepare("a");
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void oneThatWroteIsUndoneAndTheAlarmHasRun() throws Exception {
        world.handler =
                (self, run) -> {
                    self.insert("before");
                    begin(self, "INSERT INTO t VALUES ('inside')");
                };
        world.setAlarm("a", Duration.ZERO);

        assertThat(world.left(), is(1));

        assertThat(world.left(), is(0));
        assertThat(world.getAlarm("a"), is(Optional.empty()));
        assertThat(world.in("a", Probe::values), is(List.of("before")));
    }

    @Test
    void oneThatOnlyReadIsHarmless() throws Exception {
        world.handler = (self, run) -> begin(self, "SELECT v FROM t");
        world.setAlarm("a", Duration.ZERO);

        assertThat(world.left(), is(1));

        assertThat(world.left(), is(0));
    }

    @Test
    void aRunThatFailsInOneIsCounted() throws Exception {
        List<Integer> counts = Probe.seen();
        world.handler =
                (self, run) -> {
                    counts.add(run.retryCount());
                    begin(self, "INSERT INTO t VALUES ('inside')");
                    throw new IllegalStateException("odd");
                };
        world.setAlarm("a", Duration.ZERO);

        for (int i = 0; i < 9; i++) {
            world.left();
            world.pass(HOUR);
        }

        assertThat(counts, contains(0, 1, 2, 3, 4, 5, 6));
        assertThat(world.getAlarm("a"), is(Optional.empty()));
    }

    @Test
    void aRunThatFailsInOneOfDbClientIsCounted() throws Exception {
        List<Integer> counts = Probe.seen();
        world.handler =
                (self, run) -> {
                    counts.add(run.retryCount());
                    DbTransaction inside = self.ctx().storage().dbClient().transaction();
                    inside.dml("INSERT INTO t VALUES (1)");
                    if (run.retryCount() < 2) {
                        throw new IllegalStateException("odd");
                    }
                };
        world.setAlarm("a", Duration.ZERO);

        for (int i = 0; i < 4; i++) {
            world.left();
            world.pass(HOUR);
        }

        assertThat(counts, contains(0, 1, 2));
    }

    @Test
    @SuppressWarnings("unchecked") // The probe returns what the script does.
    void anIntervalGoesOnWithItsNextTime() throws Exception {
        world.handler = (self, run) -> begin(self, "INSERT INTO t VALUES ('inside')");
        world.in(
                "a",
                self -> {
                    self.ctx().schedules().every("tick", HOUR);
                    return null;
                });
        Instant due = world.now().plus(HOUR.multipliedBy(2));

        world.pass(HOUR);

        assertThat(world.left(), is(1));
        Object pending = world.in("a", self -> self.ctx().schedules().list());
        assertThat(((List<Schedule>) pending).getFirst().due(), is(due));
    }

    /// Begins a transaction and leaves it open, as somebody does who forgets to commit.
    @SuppressWarnings("MustBeClosedChecker")
    private static void begin(Probe self, String sql) throws SQLException {
        Connection connection = self.ctx().storage().dataSource().getConnection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
