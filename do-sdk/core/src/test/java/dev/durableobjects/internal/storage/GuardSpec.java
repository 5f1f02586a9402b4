package dev.durableobjects.internal.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.sql.SqlStorage;
import dev.durableobjects.sql.SqlStorageException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What of SQL an object may run, down to what it compiles to.
class GuardSpec {

    @TempDir private Path directory;
    private ObjectDatabase database;
    private SqlStorage sql;

    @BeforeEach
    void open() {
        database = TestDatabase.open(directory);
        sql = database.sql();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN",
                "commit",
                " -- x\n END",
                "ROLLBACK",
                "SAVEPOINT a",
                "RELEASE a",
                "ATTACH 'x' AS y",
                "DETACH y",
                "VACUUM",
                "PRAGMA journal_mode = DELETE"
            })
    void statementsThatBelongToTheRuntimeAreRefused(String statement) {
        sql.exec("CREATE TABLE t(a)");

        assertThrows(SqlStorageException.class, () -> sql.exec(statement));
        assertThrows(
                SqlStorageException.class,
                () -> sql.exec("INSERT INTO t VALUES (1); " + statement));
        assertThat(sql.exec("SELECT * FROM t").toList(), is(empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM pragma_optimize(65538)",
                "SELECT * FROM 'pragma_optimize'",
                "SELECT * FROM \"pragma_optimize\"",
                "SELECT * FROM 'pragma_database_list'",
                "SELECT * FROM t JOIN 'pragma_journal_mode'",
                "CREATE VIEW v AS SELECT * FROM 'pragma_module_list'",
            })
    void pragmasThatAreRefusedAreNoTablesEither(String statement) {
        sql.exec("CREATE TABLE t(a)");

        SqlStorageException refused =
                assertThrows(SqlStorageException.class, () -> sql.exec(statement));

        assertThat(refused.getMessage(), startsWith("not authorized: SQLITE_AUTH (pragma_"));
    }

    @Test
    void aTextMayBeginAsTheNameOfAPragma() {
        sql.exec("CREATE TABLE t(a)");

        sql.exec("INSERT INTO t VALUES ('pragma_optimize')");

        assertThat(sql.exec("SELECT a FROM t").one().getString("a"), is("pragma_optimize"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT sqlite_version()",
                "SELECT count(*) FROM t WHERE a = \"sqlite_source_id\"()",
                "SELECT * FROM v",
                "INSERT INTO guarded VALUES (1)",
            })
    void functionsOutsideTheListAreRefusedWhereverTheyStand(String statement) {
        sql.exec(
                """
                CREATE TABLE t(a);
                CREATE TABLE guarded(a CHECK (a < sqlite_compileoption_get(0)));
                CREATE VIEW v AS SELECT sqlite_version() AS version;
                """);

        SqlStorageException refused =
                assertThrows(SqlStorageException.class, () -> sql.exec(statement));

        assertThat(refused.getMessage(), startsWith("not authorized to use function: sqlite_"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE temp.t(a)",
                "CREATE VIEW \"temp\".v AS SELECT 1",
                "CREATE TABLE IF NOT EXISTS temp.t AS SELECT 1",
            })
    void nothingIsMadeInTheTemporaryDatabase(String statement) {
        assertThrows(SqlStorageException.class, () -> sql.exec(statement));
        assertThat(sql.exec("SELECT * FROM sqlite_temp_schema").toList(), is(empty()));
    }

    @Test
    void aPragmaThatWasSetBeforeTheFirstWriteStays() {
        sql.exec("PRAGMA foreign_keys = OFF");
        sql.exec("CREATE TABLE child(parent INTEGER REFERENCES parents(id))");
        sql.exec("INSERT INTO child VALUES (1)");

        assertThat(sql.exec("PRAGMA foreign_keys").one().getLong("foreign_keys"), is(0L));
    }

    @Test
    void deferredForeignKeysHoldUntilTheEndOfTheTransaction() {
        sql.exec(
                """
                CREATE TABLE parents(id INTEGER PRIMARY KEY);
                CREATE TABLE child(parent INTEGER REFERENCES parents(id));
                PRAGMA defer_foreign_keys = ON;
                INSERT INTO child VALUES (1);
                INSERT INTO parents VALUES (1)
                """);
        database.commit();

        assertThat(
                sql.exec("PRAGMA defer_foreign_keys").one().getLong("defer_foreign_keys"), is(0L));
        assertThrows(SqlStorageException.class, () -> sql.exec("INSERT INTO child VALUES (2)"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\uFEFFCOMMIT",
                " \uFEFF\n\uFEFF commit",
                "\uFEFF/* x */\uFEFFCOMMIT",
                "SELECT 1;\uFEFFCOMMIT",
                "SELECT 1 \uFEFF;\uFEFFCOMMIT;\uFEFF"
            })
    void aByteOrderMarkHidesNoStatement(String text) {
        SqlStorageException thrown = assertThrows(SqlStorageException.class, () -> sql.exec(text));

        assertThat(thrown.getMessage(), containsString("instead of the SQL COMMIT statement"));
    }

    @Test
    void aByteOrderMarkIsBlank() {
        assertThat(sql.exec("\uFEFFSELECT 1 AS a;\uFEFF").one().getLong("a"), is(1L));
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> sql.exec("\uFEFF"));

        assertThat(thrown.getMessage(), is("SQL code did not contain a statement."));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE IF NOT EXISTS there (a)",
                "CREATE INDEX IF NOT EXISTS there_a ON there (a)",
                "CREATE TRIGGER IF NOT EXISTS after AFTER INSERT ON there BEGIN SELECT 1; END"
            })
    void whatIsThereAlreadyIsNotMadeAgain(String statement) {
        sql.exec("CREATE TABLE there (a)");

        sql.exec(statement);
        sql.exec(statement + " ");

        assertThat(sql.exec("SELECT * FROM there").toList(), is(empty()));
    }
}
