package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The tools of the Java world inside an object: `storage.dataSource()` with plain JDBC, jOOQ and
/// Flyway.
@Timeout(60)
class JavaToolsSpec {

    private static final Table<Record> SEATS = table(name("seats"));
    private static final Field<String> SEAT_ID = field(name("seat_id"), String.class);
    private static final Field<String> OCCUPANT = field(name("occupant"), String.class);

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
    void flywayMigratesOnce() throws Exception {
        runtime.in("a", (self, x) -> flyway(self).migrate().migrationsExecuted);
        runtime.close();
        start();

        Object again = runtime.in("a", (self, x) -> flyway(self).migrate().migrationsExecuted);

        assertThat(again, is(0));
        assertThat(
                runtime.in(
                        "a",
                        (self, x) -> {
                            self.ctx()
                                    .storage()
                                    .sql()
                                    .exec("UPDATE seats SET price = 0 WHERE seat_id = '1A'");
                            return self.ctx()
                                    .storage()
                                    .sql()
                                    .exec("SELECT occupant, price FROM seats WHERE seat_id = '1A'")
                                    .raw()
                                    .next();
                        }),
                is(new Object[] {null, 0L}));
    }

    @Test
    void jooqReadsWritesAndRollsBack() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    flyway(self).migrate();
                    DSLContext db = DSL.using(self.ctx().storage().dataSource(), SQLDialect.SQLITE);
                    db.insertInto(SEATS, SEAT_ID, OCCUPANT).values("2A", "Grace").execute();
                    assertThrows(
                            IllegalStateException.class,
                            () ->
                                    db.transaction(inner -> {
                                        inner.dsl().update(SEATS).set(OCCUPANT, "Nobody").execute();
                                        throw new IllegalStateException("undo");
                                    }));
                    db.transaction(inner ->
                            inner.dsl().deleteFrom(SEATS).where(SEAT_ID.eq("1B")).execute());
                    assertThat(
                            db.select(OCCUPANT).from(SEATS).orderBy(SEAT_ID).fetch(OCCUPANT),
                            contains("Ada; Lovelace", "Grace"));
                    return "";
                });
    }

    @Test
    void aConnectionCommitsRollsBackAndCloses() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    DataSource source = self.ctx().storage().dataSource();
                    try (Connection connection = source.getConnection();
                            Statement statement = connection.createStatement()) {
                        assertThat("auto-commit", connection.getAutoCommit(), is(true));
                        statement.execute("CREATE TABLE t (v)");
                        connection.setAutoCommit(false);
                        statement.executeUpdate("INSERT INTO t VALUES (1)");
                        connection.commit();
                        statement.executeUpdate("INSERT INTO t VALUES (2)");
                        connection.rollback();
                        statement.addBatch("INSERT INTO t VALUES (3)");
                        statement.addBatch("INSERT INTO t VALUES (4)");
                        assertThat(statement.executeBatch().length, is(2));
                        connection.commit();
                        statement.executeUpdate("INSERT INTO t VALUES (5)");
                    }
                    assertThat(self.values(), contains(1L, 3L, 4L));
                    return "";
                });
    }

    @Test
    void anOpenTransactionEndsWithTheEvent() throws Exception {
        Connection[] kept = new Connection[1];
        runtime.in(
                "a",
                (self, x) -> {
                    self.createTable();
                    kept[0] = self.ctx().storage().dataSource().getConnection();
                    kept[0].setAutoCommit(false);
                    try (PreparedStatement insert =
                            kept[0].prepareStatement("INSERT INTO t VALUES (?)")) {
                        insert.setInt(1, 1);
                        insert.executeUpdate();
                    }
                    return "";
                });

        runtime.in(
                "a",
                (self, x) -> {
                    assertThat(self.values(), is(empty()));
                    SQLException late = assertThrows(SQLException.class, () -> kept[0].commit());
                    assertThat(late.getMessage(), containsString("ends with its event"));
                    return "";
                });
        assertThrows(IllegalStateException.class, () -> kept[0].prepareStatement("SELECT 1"));
    }

    @Test
    void aConnectionThatIsKeptBeginsATransactionOfTheNewEvent() throws Exception {
        Connection[] kept = new Connection[1];
        runtime.in(
                "a",
                (self, x) -> {
                    self.createTable();
                    kept[0] = self.ctx().storage().dataSource().getConnection();
                    kept[0].setAutoCommit(false);
                    return "";
                });

        runtime.in(
                "a",
                (self, x) -> {
                    try (Statement statement = kept[0].createStatement()) {
                        statement.executeUpdate("INSERT INTO t VALUES (1)");
                    }
                    kept[0].rollback();
                    assertThat(self.values(), is(empty()));
                    return "";
                });
    }

    @Test
    void anOpenTransactionEndsWithTheTransactionAroundIt() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    self.createTable();
                    try (Connection connection =
                            self.ctx().storage().dataSource().getConnection()) {
                        self.ctx()
                                .storage()
                                .transactionSync(() -> {
                                    self.insert("own");
                                    connection.setAutoCommit(false);
                                    try (Statement statement = connection.createStatement()) {
                                        statement.executeUpdate("INSERT INTO t VALUES ('open')");
                                    }
                                });
                    }
                    return "";
                });

        assertThat(runtime.values("a"), is(List.of("own")));
    }

    @Test
    void aTransactionEndsAfterThoseInsideIt() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    self.createTable();
                    DataSource source = self.ctx().storage().dataSource();
                    try (Connection outer = source.getConnection();
                            Connection inner = source.getConnection()) {
                        outer.setAutoCommit(false);
                        inner.setAutoCommit(false);
                        self.insert("inner");
                        SQLException refused = assertThrows(SQLException.class, outer::commit);
                        assertThat(refused.getMessage(), containsString("is still open"));
                        inner.rollback();
                    }
                    assertThat(self.values(), is(empty()));
                    return "";
                });
    }

    @Test
    void aTransactionCannotEndInsideOfTransactionSync() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    self.createTable();
                    try (Connection connection =
                            self.ctx().storage().dataSource().getConnection()) {
                        connection.setAutoCommit(false);
                        assertThrows(
                                SQLException.class,
                                () ->
                                        self.ctx()
                                                .storage()
                                                .<SQLException>transactionSync(() -> {
                                                    self.insert(1);
                                                    connection.commit();
                                                }));
                        connection.commit();
                    }
                    assertThat(self.values(), is(empty()));
                    return "";
                });
    }

    @Test
    void metaDataTellsOfTables() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    self.createTable();
                    List<String> tables = new ArrayList<>();
                    try (Connection connection = self.ctx().storage().dataSource().getConnection();
                            ResultSet found =
                                    connection.getMetaData().getTables(null, null, "t", null)) {
                        while (found.next()) {
                            tables.add(found.getString("TABLE_NAME"));
                        }
                    }
                    assertThat(tables, contains("t"));
                    return "";
                });
    }

    @Test
    void whatIsRefusedIsRefusedHereToo() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    try (Connection connection = self.ctx().storage().dataSource().getConnection();
                            Statement statement = connection.createStatement()) {
                        for (String sql :
                                List.of(
                                        "COMMIT",
                                        "ATTACH 'x' AS y",
                                        "PRAGMA journal_mode = DELETE")) {
                            assertThrows(SQLException.class, () -> statement.execute(sql), sql);
                            assertThrows(
                                    SQLException.class,
                                    () -> connection.prepareStatement(sql),
                                    sql);
                        }
                    }
                    return "";
                });
    }

    private static Flyway flyway(Probe self) {
        return Flyway.configure()
                .dataSource(self.ctx().storage().dataSource())
                .locations("classpath:dev/durableobjects/spec/migrations")
                .load();
    }
}
