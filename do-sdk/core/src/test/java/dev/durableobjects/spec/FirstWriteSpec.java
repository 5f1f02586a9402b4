package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.sql.SqlCursor;
import dev.durableobjects.sql.SqlRow;
import dev.durableobjects.sql.SqlStorage;
import dev.durableobjects.sql.SqlStorageException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An object that has a file reads it without a log and without a lock until it first writes.
/// Nothing else tells its code on which side of the first write it is.
@Timeout(60)
class FirstWriteSpec {

    private static final int ROWS = 100;
    private static final String DEFERRAL = "PRAGMA defer_foreign_keys = ON";

    @TempDir private Path directory;
    private ProbeRuntime runtime;

    @BeforeEach
    void makeAnObjectThatSleeps() throws Exception {
        try (ProbeRuntime first = new ProbeRuntime(directory)) {
            first.in(
                    "a",
                    (self, argument) -> {
                        self.createTable();
                        for (int i = 0; i < ROWS; i++) {
                            self.insert(i);
                            self.ctx().storage().kv().put("key %03d".formatted(i), i);
                        }
                        return "";
                    });
        }
        runtime = new ProbeRuntime(directory);
    }

    @AfterEach
    void stop() {
        runtime.close();
    }

    @Test
    void onlyWhatWritesHasALog() throws Exception {
        assertThat(runtime.in("a", (self, argument) -> count(self)), is((long) ROWS));
        assertThat(ObjectFiles.logs(directory), is(empty()));

        runtime.in("a", (self, argument) -> insert(self));
        assertThat(ObjectFiles.logs(directory).size(), is(1));
    }

    @Test
    void whatIsReadBehindTheFirstWriteHasIt() throws Exception {
        Object counts =
                runtime.in(
                        "a",
                        (self, argument) -> {
                            long before = count(self);
                            insert(self);
                            return List.of(before, count(self));
                        });

        assertThat(counts, is(List.of((long) ROWS, ROWS + 1L)));
    }

    @Test
    void aStatementThatWasPreparedBeforeItReadsIt() throws Exception {
        Object counts =
                runtime.in(
                        "a",
                        (self, argument) -> {
                            try (Connection jdbc =
                                            self.ctx().storage().dataSource().getConnection();
                                    PreparedStatement read =
                                            jdbc.prepareStatement("SELECT count(*) FROM t")) {
                                long before = number(read);
                                insert(self);
                                return List.of(before, number(read));
                            }
                        });

        assertThat(counts, is(List.of((long) ROWS, ROWS + 1L)));
    }

    @Test
    void metaDataAndStatementsOfBeforeReadIt() throws Exception {
        Connection[] kept = new Connection[1];
        Object counts =
                runtime.in(
                        "a",
                        (self, argument) -> {
                            Connection client =
                                    self.ctx().storage().dbClient().unwrap(Connection.class);
                            kept[0] = client;
                            try (Connection jdbc =
                                            self.ctx().storage().dataSource().getConnection();
                                    Statement read = client.createStatement()) {
                                DatabaseMetaData meta = jdbc.getMetaData();
                                assertThat(meta.getConnection(), is(sameInstance(jdbc)));
                                List<Object> seen = new ArrayList<>();
                                seen.add(hasTable(meta, "made"));
                                seen.add(count(read));
                                self.ctx().storage().sql().exec("CREATE TABLE made (v)");
                                insert(self);
                                seen.add(hasTable(meta, "made"));
                                seen.add(hasTable(client.getMetaData(), "made"));
                                seen.add(count(read));
                                return seen;
                            }
                        });
        assertThat(counts, is(List.of(false, (long) ROWS, true, true, ROWS + 1L)));

        Object later =
                runtime.in(
                        "a",
                        (self, argument) -> {
                            try (Statement read = kept[0].createStatement()) {
                                return List.of(
                                        count(read), hasTable(kept[0].getMetaData(), "made"));
                            }
                        });
        assertThat(later, is(List.of(ROWS + 1L, true)));
    }

    @Test
    void aCursorThatIsOpenMeanwhileReadsToItsEnd() throws Exception {
        Object seen =
                runtime.in(
                        "a",
                        (self, argument) -> {
                            List<Long> found = new ArrayList<>();
                            SqlStorage sql = self.ctx().storage().sql();
                            for (SqlRow row : sql.exec("SELECT rowid AS n FROM t")) {
                                found.add(row.getLong("n"));
                                sql.exec("DELETE FROM t WHERE rowid = ?", row.getLong("n"));
                            }
                            return List.of((long) found.size(), count(self));
                        });

        assertThat(seen, is(List.of((long) ROWS, 0L)));
    }

    @Test
    void keysAreDeletedWhileTheyAreListed() throws Exception {
        Object left =
                runtime.in(
                        "a",
                        (self, argument) -> {
                            var kv = self.ctx().storage().kv();
                            kv.list(Integer.class).forEach(one -> kv.delete(one.key()));
                            return kv.list(Integer.class).toList();
                        });

        assertThat(left, is(List.of()));
    }

    @Test
    void aCursorThatIsLeftOpenEndsWithTheEvent() throws Exception {
        List<SqlCursor> left = new ArrayList<>();
        runtime.in(
                "a",
                (self, argument) -> {
                    left.add(self.ctx().storage().sql().exec("SELECT * FROM t"));
                    return insert(self);
                });

        runtime.in(
                "a",
                (self, argument) ->
                        assertThrows(IllegalStateException.class, () -> left.getFirst().hasNext())
                                .getMessage());
        assertThat(runtime.in("a", (self, argument) -> count(self)), is(ROWS + 1L));
    }

    @Test
    void aTransactionThatReadsFirstIsUndoneAsAWhole() throws Exception {
        Object counts =
                runtime.in(
                        "a",
                        (self, argument) -> {
                            List<Long> seen = new ArrayList<>();
                            assertThrows(
                                    IllegalStateException.class,
                                    () ->
                                            self.ctx()
                                                    .storage()
                                                    .transactionSync(() -> {
                                                        seen.add(count(self));
                                                        insert(self);
                                                        seen.add(count(self));
                                                        throw new IllegalStateException();
                                                    }));
                            seen.add(count(self));
                            insert(self);
                            return seen;
                        });

        assertThat(counts, is(List.of((long) ROWS, ROWS + 1L, (long) ROWS)));
        assertThat(runtime.in("a", (self, argument) -> count(self)), is(ROWS + 1L));
    }

    @Test
    void switchesStay() throws Exception {
        Object matches =
                runtime.in(
                        "a",
                        (self, argument) -> {
                            SqlStorage sql = self.ctx().storage().sql();
                            sql.exec("PRAGMA case_sensitive_like = ON");
                            try (Statement statement =
                                    self.ctx()
                                            .storage()
                                            .dbClient()
                                            .unwrap(Connection.class)
                                            .createStatement()) {
                                statement.execute("PRAGMA recursive_triggers = ON");
                            }
                            insert(self);
                            return List.of(
                                    sql.exec("SELECT 'A' LIKE 'a' AS n").one().getLong("n"),
                                    sql.exec("PRAGMA recursive_triggers")
                                            .one()
                                            .getLong("recursive_triggers"));
                        });

        assertThat(matches, is(List.of(0L, 1L)));
    }

    @Test
    void aDeferralEndsWithItsEventAlsoIfItCouldNotBeMade() throws Exception {
        try (ProbeRuntime before = runtime) {
            before.in(
                    "a",
                    (self, argument) -> {
                        SqlStorage sql = self.ctx().storage().sql();
                        sql.exec("CREATE TABLE parents (id INTEGER PRIMARY KEY)");
                        sql.exec("CREATE TABLE child (parent REFERENCES parents (id))");
                        return "";
                    });
        }
        runtime = new ProbeRuntime(directory);
        runtime.in("a", (self, argument) -> count(self));
        try (Connection other =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + ObjectFiles.databases(directory).getFirst());
                Statement reading = other.createStatement();
                ResultSet rows = reading.executeQuery("SELECT * FROM t")) {
            assertThat("it reads", rows.next(), is(true));
            assertThrows(
                    SqlStorageException.class,
                    () -> runtime.in("a", (self, argument) -> sql(self, DEFERRAL)));
        }

        Object refused =
                runtime.in(
                        "a",
                        (self, argument) ->
                                assertThrows(
                                                SqlStorageException.class,
                                                () -> sql(self, "INSERT INTO child VALUES (1)"))
                                        .getMessage());

        assertThat(String.valueOf(refused), containsString("FOREIGN KEY constraint failed"));
    }

    @Test
    void foreignKeysAreNotSwitchedInsideOfATransaction() throws Exception {
        Object on =
                runtime.in(
                        "a",
                        (self, argument) -> {
                            SqlStorage sql = self.ctx().storage().sql();
                            self.ctx()
                                    .storage()
                                    .transactionSync(() -> {
                                        sql.exec("PRAGMA foreign_keys = OFF");
                                        self.insert(1);
                                    });
                            return sql.exec("PRAGMA foreign_keys").one().getLong("foreign_keys");
                        });

        assertThat(on, is(1L));
    }

    @Test
    void everythingIsDeletedFirst() throws Exception {
        runtime.in(
                "a",
                (self, argument) -> {
                    self.ctx().storage().deleteAll();
                    return "";
                });

        Object left =
                runtime.in(
                        "a",
                        (self, argument) -> {
                            self.createTable();
                            return count(self);
                        });
        assertThat(left, is(0L));
    }

    @Test
    void aWriteIsRefusedWhileSomebodyElseReadsAndTheObjectGoesOn() throws Exception {
        assertThat(runtime.in("a", (self, argument) -> count(self)), is((long) ROWS));
        try (Connection other =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + ObjectFiles.databases(directory).getFirst());
                Statement reading = other.createStatement();
                ResultSet rows = reading.executeQuery("SELECT * FROM t")) {
            assertThat("it reads", rows.next(), is(true));

            SqlStorageException refused =
                    assertThrows(
                            SqlStorageException.class,
                            () -> runtime.in("a", (self, argument) -> insert(self)));
            assertThat(refused.getMessage(), containsString("SQLITE_BUSY"));
            assertThat(runtime.in("a", (self, argument) -> count(self)), is((long) ROWS));
        }

        runtime.in("a", (self, argument) -> insert(self));
        assertThat(runtime.constructed, contains("a"));
        assertThat(runtime.in("a", (self, argument) -> count(self)), is(ROWS + 1L));
    }

    private static Object sql(Probe self, String statement) {
        self.ctx().storage().sql().exec(statement);
        return "";
    }

    private static boolean hasTable(DatabaseMetaData meta, String name) throws SQLException {
        try (ResultSet found = meta.getTables(null, null, name, null)) {
            return found.next();
        }
    }

    private static long count(Statement read) throws SQLException {
        try (ResultSet rows = read.executeQuery("SELECT count(*) FROM t")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static Object insert(Probe self) {
        self.insert(-1);
        return "";
    }

    private static long count(Probe self) {
        return self.ctx().storage().sql().exec("SELECT count(*) AS n FROM t").one().getLong("n");
    }

    private static long number(PreparedStatement read) throws SQLException {
        try (ResultSet rows = read.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
