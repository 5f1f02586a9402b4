package dev.durableobjects.internal.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.sql.SqlStorage;
import dev.durableobjects.sql.SqlStorageException;
import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.DbColumn;
import io.helidon.dbclient.DbRow;
import io.helidon.dbclient.DbTransaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an event's transaction promises, through SQL and through Helidon's DbClient alike.
class TransactionSpec {

    @TempDir private Path directory;
    private ObjectDatabase database;
    private ObjectStorage storage;
    private SqlStorage sql;

    @BeforeEach
    void open() {
        database = TestDatabase.open(directory);
        storage = new ObjectStorage(database);
        sql = database.sql();
        sql.exec("CREATE TABLE t (a PRIMARY KEY)");
        database.commit();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void whatCouldNotBeWrittenForWantOfAFileIsWrittenWhenThereCanBeOne() throws Exception {
        Path other = Files.createDirectories(directory.resolve("other"));
        Path inTheWay = Files.createDirectory(other.resolve("object.sqlite"));
        try (ObjectDatabase late = TestDatabase.open(other)) {
            assertThrows(SqlStorageException.class, () -> late.sql().exec("CREATE TABLE t (a)"));
            late.commit();
            Files.delete(inTheWay);

            late.sql().exec("CREATE TABLE t (a)");
            late.commit();
        }

        assertThat(Files.isRegularFile(inTheWay), is(true));
    }

    @Test
    void theWritesOfAnEventCommitTogether() {
        sql.exec("INSERT INTO t VALUES (1)");
        sql.exec("INSERT INTO t VALUES (2)");

        reopen();

        assertThat("nothing was committed", rows(), is(empty()));
        database.commit();
        sql.exec("INSERT INTO t VALUES (1)");
        sql.exec("INSERT INTO t VALUES (2)");
        assertThat(database.commit(), is(Written.CONFIRMED));
        reopen();
        assertThat(rows(), contains(1L, 2L));
    }

    @Test
    void anEventThatOnlyReadsCommitsNothing() {
        assertThat(rows(), is(empty()));

        assertThat(database.commit(), is(Written.NOTHING));
    }

    @Test
    void aBodyWhoseWritesCannotBeUndoneIsToldAsWell() {
        IOException own = new IOException("no");

        RuntimeException thrown =
                assertThrows(
                        RuntimeException.class,
                        () ->
                                storage.transactionSync(() -> {
                                    sql.exec("INSERT INTO t VALUES (2)");
                                    database.close(Log.DISCARDED);
                                    throw own;
                                }));

        assertThat(thrown.getSuppressed(), is(new Throwable[] {own}));
        database = TestDatabase.open(directory.resolve("next"));
    }

    @Test
    void transactionSyncUndoesWhatItsBodyWroteWhenItThrows() {
        sql.exec("INSERT INTO t VALUES (1)");

        IOException thrown =
                assertThrows(
                        IOException.class,
                        () ->
                                storage.transactionSync(() -> {
                                    sql.exec("INSERT INTO t VALUES (2)");
                                    throw new IOException("no");
                                }));

        assertThat(thrown.getMessage(), is("no"));
        assertThat(rows(), contains(1L));
    }

    @Test
    void aForeignKeyIsCheckedAtTheStatementInsideOfATransactionToo() {
        sql.exec("CREATE TABLE child (a REFERENCES t (a))");

        SqlStorageException thrown =
                assertThrows(
                        SqlStorageException.class,
                        () ->
                                storage.transactionSync(
                                        () -> sql.exec("INSERT INTO child VALUES (7)")));

        assertThat(thrown.getMessage(), containsString("FOREIGN KEY constraint failed"));
        assertThat(rows(), is(empty()));
    }

    @Test
    void transactionsNest() {
        String result =
                storage.transactionSync(() -> {
                    sql.exec("INSERT INTO t VALUES (1)");
                    assertThrows(
                            IllegalStateException.class,
                            () ->
                                    storage.transactionSync(() -> {
                                        sql.exec("INSERT INTO t VALUES (2)");
                                        throw new IllegalStateException();
                                    }));
                    storage.transactionSync(() -> {
                        sql.exec("INSERT INTO t VALUES (3)");
                    });
                    return "done";
                });

        assertThat(result, is("done"));
        assertThat(rows(), contains(1L, 3L));
    }

    @Test
    void anUndoneSchemaChangeIsForgotten() {
        assertThrows(
                IllegalStateException.class,
                () ->
                        storage.transactionSync(() -> {
                            sql.exec("ALTER TABLE t ADD COLUMN b");
                            assertThat(
                                    sql.exec("SELECT * FROM t").columnNames(), contains("a", "b"));
                            throw new IllegalStateException();
                        }));

        assertThat(sql.exec("SELECT * FROM t").columnNames(), contains("a"));
    }

    @Test
    void aConstraintThatFailsAtTheCommitUndoesTheEvent() {
        sql.exec("CREATE TABLE child (a REFERENCES t (a) DEFERRABLE INITIALLY DEFERRED)");
        database.commit();
        sql.exec("INSERT INTO child VALUES (99)");

        SqlStorageException thrown =
                assertThrows(SqlStorageException.class, () -> database.commit());

        assertThat(thrown.getMessage(), containsString("FOREIGN KEY constraint failed"));
        assertThat(sql.exec("SELECT * FROM child").toList(), is(empty()));
    }

    @Test
    void dbClientSeesAndMakesTheEventsWrites() {
        DbClient db = database.dbClient();
        sql.exec("INSERT INTO t VALUES (1)");

        db.execute().dml("INSERT INTO t VALUES (?)", 2);
        List<Integer> seen =
                db.execute()
                        .query("SELECT a FROM t ORDER BY a")
                        .map(row -> row.column("a").getInt())
                        .toList();

        assertThat(seen, contains(1, 2));
        assertThat(database.commit(), is(Written.CONFIRMED));
        reopen();
        assertThat(rows(), contains(1L, 2L));
    }

    @Test
    void dbClientTellsNamesAndTypesOfColumns() {
        sql.exec("CREATE TABLE typed (name VARCHAR(9))");
        sql.exec("INSERT INTO typed VALUES ('x'), (NULL)");
        String query = "SELECT name, 1.5 AS half, name AS other FROM typed";

        for (int run = 0; run < 2; run++) {
            List<DbRow> rows = database.dbClient().execute().query(query).toList();

            DbColumn declared = rows.getFirst().column(1);
            DbColumn computed = rows.getFirst().column(2);
            assertThat(declared.name(), is("name"));
            assertThat(declared.dbType(), is("VARCHAR"));
            assertThat(declared.javaType(), is((Object) String.class));
            assertThat(computed.name(), is("half"));
            assertThat(computed.dbType(), is("FLOAT"));
            assertThat(computed.javaType(), is((Object) Double.class));
            assertThat(rows.getLast().column("other").dbType(), is("VARCHAR"));
        }
    }

    @Test
    void aTransactionOfDbClientIsASavepoint() {
        sql.exec("INSERT INTO t VALUES (1)");

        DbTransaction undone = database.dbClient().transaction();
        undone.dml("INSERT INTO t VALUES (2)");
        undone.rollback();
        DbTransaction done = database.dbClient().transaction();
        done.dml("INSERT INTO t VALUES (3)");
        done.commit();

        assertThat(rows(), contains(1L, 3L));
    }

    @Test
    void aTransactionOfDbClientThatIsLeftOpenIsUndone() {
        DbTransaction open = database.dbClient().transaction();
        open.dml("INSERT INTO t VALUES (2)");

        database.commit();

        assertThat(rows(), is(empty()));
    }

    @Test
    void dbClientIsGuardedLikeSql() {
        DbClient db = database.dbClient();

        assertThrows(RuntimeException.class, () -> db.execute().dml("COMMIT"));
        assertThrows(
                RuntimeException.class,
                () -> db.execute().dml("INSERT INTO t VALUES (1); DELETE FROM t"));
    }

    @Test
    void dbClientRefusesHalfOfASurrogatePairLikeSql() {
        RuntimeException thrown =
                assertThrows(
                        RuntimeException.class,
                        () ->
                                database.dbClient()
                                        .execute()
                                        .dml("INSERT INTO t VALUES (?)", "\uD83D"));

        assertThat(
                thrown.getMessage(),
                is("binding 1 is not valid Unicode: it has half of a surrogate pair"));
        assertThat(sql.exec("SELECT * FROM t").toList(), is(empty()));
    }

    private List<Long> rows() {
        return sql.exec("SELECT a FROM t ORDER BY a").map(row -> row.getLong("a"));
    }

    private void reopen() {
        database.close();
        database = TestDatabase.open(directory);
        storage = new ObjectStorage(database);
        sql = database.sql();
    }
}
