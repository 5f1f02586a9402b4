package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.sql.SqlCursor;
import io.helidon.dbclient.DbClient;
import java.nio.file.Path;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/// Prepared statements of `storage.dataSource()`: whoever uses the same text, before, meanwhile or
/// afterwards, gets rows and values of its own.
@Timeout(60)
class JdbcStatementSpec {

    private static final String QUERY = "SELECT v FROM t ORDER BY rowid";
    private static final String INSERT = "INSERT INTO t VALUES (?)";
    private static final List<Object> ROWS = List.of("r1", "r2", "r3", "r4");

    @TempDir private Path directory;
    private ProbeRuntime runtime;

    @BeforeEach
    void start() {
        runtime = new ProbeRuntime(directory);
    }

    @AfterEach
    void stop() {
        runtime.close();
    }

    @Test
    void aTextCanBePreparedAsOftenAsOneLikes() throws Exception {
        in(self -> {
            for (int i = 0; i < 5; i++) {
                insert(self, "jdbc" + i);
                self.ctx().storage().sql().exec(INSERT, "exec" + i);
                client(self).execute().createInsert(INSERT).addParam("client" + i).execute();
            }

            List<Object> expected = new ArrayList<>(ROWS);
            for (int i = 0; i < 5; i++) {
                expected.addAll(List.of("jdbc" + i, "exec" + i, "client" + i));
            }
            assertEverybodyReads(self, expected);
            assertEverybodyReads(self, expected);
        });
    }

    @Test
    void whateverIsClosedFirstOthersReadTheirOwnRows() throws Exception {
        for (String order :
                List.of("rsc", "rcs", "src", "scr", "crs", "csr", "c", "ssccrrssccrr")) {
            in(self -> {
                Connection connection = self.ctx().storage().dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(QUERY);
                ResultSet rows = statement.executeQuery();
                assertThat(next(rows), is("r1"));
                List<Object> cursors = new ArrayList<>();

                for (int i = 0; i < order.length(); i++) {
                    SqlCursor cursor = self.ctx().storage().sql().exec(QUERY);
                    cursors.add(cursor.next().get("v"));
                    cursors.add(cursor.next().get("v"));
                    AutoCloseable next =
                            switch (order.charAt(i)) {
                                case 'r' -> rows;
                                case 's' -> statement;
                                default -> connection;
                            };
                    next.close();
                    cursors.addAll(cursor.map(row -> row.get("v")));
                    assertEverybodyReads(self, ROWS);
                }

                for (int i = 0; i < cursors.size(); i += ROWS.size()) {
                    assertThat(order, cursors.subList(i, i + ROWS.size()), is(ROWS));
                }
                assertThat(rows.isClosed(), is(true));
                assertThat(statement.isClosed(), is(true));
                assertThat(connection.isClosed(), is(true));
            });
        }
    }

    @Test
    void closingTwiceDoesNotReachTheNextWhoPreparesTheText() throws Exception {
        in(self -> {
            Connection connection = self.ctx().storage().dataSource().getConnection();
            PreparedStatement first = connection.prepareStatement(QUERY);
            first.close();
            PreparedStatement second = connection.prepareStatement(QUERY);
            ResultSet rows = second.executeQuery();
            assertThat(next(rows), is("r1"));

            first.close();

            assertThat(next(rows), is("r2"));
            assertThat(second.isClosed(), is(false));
            second.close();
            connection.close();
            connection.close();
            assertEverybodyReads(self, ROWS);
        });
    }

    @Test
    void whatWasClosedReachesNothing() throws Exception {
        in(self -> {
            try (Connection connection = self.ctx().storage().dataSource().getConnection()) {
                PreparedStatement insert = connection.prepareStatement(INSERT);
                insert.close();
                assertAllRefused(insert, "was closed");
                PreparedStatement query = connection.prepareStatement(QUERY);
                ResultSet rows = query.executeQuery();
                query.close();
                assertThrows(SQLException.class, rows::next);
                assertThrows(SQLException.class, () -> rows.getString(1));
                assertThat(rows.getStatement(), is(sameInstance(query)));
                Statement statement = connection.createStatement();
                statement.close();
                assertThrows(SQLException.class, () -> statement.executeQuery(QUERY));
            }
            assertEverybodyReads(self, ROWS);
        });
    }

    @Test
    void aStatementThatIsKeptEndsWithItsEvent() throws Exception {
        PreparedStatement[] kept = new PreparedStatement[2];
        in(self -> {
            Connection connection = self.ctx().storage().dataSource().getConnection();
            kept[0] = connection.prepareStatement(QUERY);
            assertThat(next(kept[0].executeQuery()), is("r1"));
            kept[1] = connection.prepareStatement(INSERT);
            kept[1].setString(1, "late");
        });

        in(self -> {
            SqlCursor cursor = self.ctx().storage().sql().exec(QUERY);
            assertThat(cursor.next().get("v"), is("r1"));
            assertAllRefused(kept[0], "the event that prepared it");
            assertAllRefused(kept[1], "the event that prepared it");
            assertThat(kept[0].isClosed(), is(true));
            kept[0].close();
            assertThat(cursor.map(row -> row.get("v")), is(ROWS.subList(1, 4)));
            assertEverybodyReads(self, ROWS);
        });
    }

    @Test
    void aStatementEndsWhereTheEventWaits() throws Exception {
        in(self -> {
            try (Connection connection = self.ctx().storage().dataSource().getConnection();
                    PreparedStatement query = connection.prepareStatement(QUERY);
                    Statement statement = connection.createStatement()) {
                self.ctx().sleep(Duration.ZERO);

                assertAllRefused(query, "prepare it again");
                try (ResultSet rows = statement.executeQuery(QUERY)) {
                    assertThat(next(rows), is("r1"));
                }
            }
            assertEverybodyReads(self, ROWS);
        });
    }

    @Test
    void twoOfTheSameTextReadEachItsOwnRows() throws Exception {
        in(self -> {
            try (Connection connection = self.ctx().storage().dataSource().getConnection();
                    PreparedStatement one = connection.prepareStatement(QUERY);
                    ResultSet rows = one.executeQuery()) {
                PreparedStatement other = connection.prepareStatement(QUERY);
                ResultSet others = other.executeQuery();
                assertThat(next(rows), is("r1"));
                assertThat(next(rows), is("r2"));
                assertThat(next(others), is("r1"));
                other.close();
                assertThat(next(rows), is("r3"));
                assertEverybodyReads(self, ROWS);
                assertThat(next(rows), is("r4"));
                assertThat(rows.next(), is(false));
            }
        });
    }

    @Test
    void rowsEndWithTheNextRun() throws Exception {
        in(self -> {
            try (Connection connection = self.ctx().storage().dataSource().getConnection();
                    PreparedStatement query = connection.prepareStatement(QUERY)) {
                ResultSet before = query.executeQuery();
                assertThat(query.execute(), is(true));

                assertThrows(SQLException.class, before::next);

                assertThat(next(query.getResultSet()), is("r1"));
                assertThat(query.getMoreResults(), is(false));
                assertThat(query.getUpdateCount(), is(-1));
                assertThat(next(query.executeQuery()), is("r1"));
            }
        });
    }

    @Test
    void nothingOfWhatAClientHasSetIsLeft() throws Exception {
        in(self -> {
            try (Connection connection = self.ctx().storage().dataSource().getConnection()) {
                try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                    insert.setString(1, "never");
                    insert.addBatch();
                }
                try (PreparedStatement query = connection.prepareStatement(QUERY)) {
                    query.setMaxRows(1);
                    query.closeOnCompletion();
                    assertThat(read(query), is(ROWS.subList(0, 1)));
                    assertThat(query.isClosed(), is(true));
                }

                try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                    assertThat(insert.executeBatch().length, is(0));
                    assertThat(insert.executeUpdate(), is(1));
                    SqlCursor deleted =
                            self.ctx().storage().sql().exec("DELETE FROM t WHERE v IS NULL");
                    assertThat(deleted.rowsWritten(), is(1L));
                }
                try (PreparedStatement query = connection.prepareStatement(QUERY)) {
                    assertThat(query.getMaxRows(), is(0));
                    assertThat(read(query), is(ROWS));
                    assertThat(query.isClosed(), is(false));
                }
            }
        });
    }

    @Test
    void whatIsSetOnAStatementHoldsForEachOfItsTexts() throws Exception {
        in(self -> {
            try (Connection connection = self.ctx().storage().dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.setMaxRows(1);
                for (String query : List.of(QUERY, QUERY, "SELECT v FROM t ORDER BY v")) {
                    try (ResultSet rows = statement.executeQuery(query)) {
                        assertThat(rows.getStatement(), is(sameInstance(statement)));
                        assertThat(values(rows), is(ROWS.subList(0, 1)));
                    }
                }
            }
            assertEverybodyReads(self, ROWS);
        });
    }

    @Test
    void batchesRunAndTellWhatFailed() throws Exception {
        in(self -> {
            self.ctx().storage().sql().exec("CREATE UNIQUE INDEX once ON t (v)");
            try (Connection connection = self.ctx().storage().dataSource().getConnection();
                    PreparedStatement insert = connection.prepareStatement(INSERT);
                    Statement statement = connection.createStatement()) {
                addBatch(insert, "b1", "b2");
                assertThat(insert.executeBatch(), is(new int[] {1, 1}));
                addBatch(insert, "b3", "r1", "b4");
                assertThrows(SQLException.class, insert::executeBatch);
                addBatch(insert, "b5");
                assertThat(insert.executeLargeBatch(), is(new long[] {1}));

                statement.addBatch("INSERT INTO t VALUES ('s1')");
                statement.addBatch("INSERT INTO t VALUES ('r1')");
                BatchUpdateException failed =
                        assertThrows(BatchUpdateException.class, statement::executeBatch);
                assertThat(failed.getUpdateCounts(), is(new int[] {1}));
                statement.addBatch("INSERT INTO t VALUES ('s2')");
                assertThat(statement.executeLargeBatch(), is(new long[] {1}));
            }
            List<Object> expected = new ArrayList<>(ROWS);
            expected.addAll(List.of("b1", "b2", "b3", "b5", "s1", "s2"));
            assertEverybodyReads(self, expected);
        });
    }

    @Test
    void aStatementSeesTheSchemaThatIsThereWhenItRuns() throws Exception {
        in(self -> {
            self.ctx().storage().sql().exec("CREATE VIEW seen AS SELECT v FROM t");
            try (Connection connection = self.ctx().storage().dataSource().getConnection();
                    PreparedStatement all = connection.prepareStatement("SELECT * FROM t");
                    PreparedStatement view = connection.prepareStatement("SELECT * FROM seen");
                    PreparedStatement insert = connection.prepareStatement(INSERT)) {
                insert.setString(1, "r5");
                self.ctx().storage().sql().exec("ALTER TABLE t ADD COLUMN w DEFAULT 'w'");
                try (ResultSet rows = all.executeQuery()) {
                    assertThat(rows.getMetaData().getColumnCount(), is(2));
                    assertThat(rows.getString("w"), is("w"));
                }
                self.ctx().storage().sql().exec("ALTER TABLE t DROP COLUMN w");
                insert.executeUpdate();

                self.ctx().storage().sql().exec("DROP VIEW seen");
                self.ctx().storage().sql().exec("CREATE VIEW seen AS SELECT sqlite_version() AS v");
                assertThrows(SQLException.class, view::executeQuery);
            }
            assertThat(self.values().getLast(), is("r5"));
        });
    }

    @Test
    void aStatementThatWasPreparedBeforeThereIsAFileReadsTheFile() throws Exception {
        Object found =
                runtime.in(
                        "new",
                        (self, x) -> {
                            try (Connection connection =
                                            self.ctx().storage().dataSource().getConnection();
                                    PreparedStatement tables =
                                            connection.prepareStatement(
                                                    "SELECT name FROM sqlite_schema"
                                                            + " WHERE name = ?")) {
                                tables.setString(1, "t");
                                assertThat(read(tables), is(List.of()));
                                self.createTable();
                                return read(tables);
                            }
                        });

        assertThat(found, is(List.of("t")));
    }

    @Test
    void descriptionsAreNotTheStatementItself() throws Exception {
        in(self -> {
            try (Connection connection = self.ctx().storage().dataSource().getConnection()) {
                PreparedStatement insert = connection.prepareStatement(INSERT);
                var parameters = insert.getParameterMetaData();
                PreparedStatement query = connection.prepareStatement(QUERY);
                var columns = query.getMetaData();
                assertThat(parameters.getParameterCount(), is(1));
                assertThat(columns.getColumnName(1), is("v"));
                assertThat(parameters instanceof PreparedStatement, is(false));
                assertThat(columns instanceof ResultSet, is(false));
                assertThat(query.getConnection(), is(sameInstance(connection)));
                assertThat(query.isWrapperFor(PreparedStatement.class), is(true));
                query.close();
                insert.close();
                assertThrows(SQLException.class, parameters::getParameterCount);
                assertThrows(SQLException.class, columns::getColumnCount);
            }
        });
    }

    /// What a test does in an object that has rows.
    private interface Body {
        void run(Probe self) throws Exception;
    }

    private void in(Body body) throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    self.createTable();
                    if (self.values().isEmpty()) {
                        ROWS.forEach(self::insert);
                    }
                    body.run(self);
                    return "";
                });
    }

    private static void assertEverybodyReads(Probe self, List<Object> expected) throws Exception {
        try (Connection connection = self.ctx().storage().dataSource().getConnection();
                PreparedStatement query = connection.prepareStatement(QUERY);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(QUERY)) {
            assertThat(read(query), is(expected));
            assertThat(values(rows), is(expected));
        }
        assertThat(self.values(), is(expected));
        try (Stream<Object> rows =
                client(self).execute().query(QUERY).map(row -> row.column("v").getString())) {
            assertThat(rows.toList(), is(expected));
        }
    }

    private static void assertAllRefused(PreparedStatement statement, String words) {
        List<Executable> uses =
                List.of(
                        statement::execute,
                        statement::executeQuery,
                        statement::executeUpdate,
                        statement::executeBatch,
                        statement::addBatch,
                        statement::getResultSet,
                        statement::getMoreResults,
                        statement::getMetaData,
                        statement::clearParameters,
                        () -> statement.setString(1, "stale"),
                        () -> statement.setMaxRows(1));
        for (Executable use : uses) {
            SQLException refused = assertThrows(SQLException.class, use);
            assertThat(refused.getMessage(), containsString(words));
        }
    }

    private static void insert(Probe self, String value) throws SQLException {
        try (Connection connection = self.ctx().storage().dataSource().getConnection();
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setString(1, value);
            assertThat(insert.executeUpdate(), is(1));
        }
    }

    private static void addBatch(PreparedStatement insert, String... values) throws SQLException {
        for (String value : values) {
            insert.setString(1, value);
            insert.addBatch();
        }
    }

    private static List<Object> read(PreparedStatement query) throws SQLException {
        try (ResultSet rows = query.executeQuery()) {
            return values(rows);
        }
    }

    private static List<Object> values(ResultSet rows) throws SQLException {
        List<Object> values = new ArrayList<>();
        while (rows.next()) {
            values.add(rows.getObject(1));
        }
        return values;
    }

    private static Object next(ResultSet rows) throws SQLException {
        assertThat(rows.next(), is(true));
        return rows.getString(1);
    }

    private static DbClient client(Probe self) {
        return self.ctx().storage().dbClient();
    }
}
