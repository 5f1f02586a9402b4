package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.SchemaMigrations;
import dev.durableobjects.sql.SqlStorageException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `storage.migrate(...)`: every object comes to the newest schema, once, whichever it had.
@Timeout(60)
class MigrationSpec {

    private static final SchemaMigrations ONE =
            SchemaMigrations.none().then("table", "CREATE TABLE t (v); INSERT INTO t VALUES (1)");

    private static final SchemaMigrations THREE =
            ONE.then("second", storage -> storage.sql().exec("INSERT INTO t VALUES (?)", 2))
                    .then("third", "INSERT INTO t SELECT max(v) + 1 FROM t");

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

    private int migrate(String object, SchemaMigrations migrations) throws Exception {
        return (int) runtime.in(object, (self, x) -> self.ctx().storage().migrate(migrations));
    }

    @Test
    void anObjectRunsWhatItHasNotSeen() throws Exception {
        assertThat(migrate("old", ONE), is(1));
        assertThat(migrate("old", THREE), is(2));
        assertThat(migrate("new", THREE), is(3));
        assertThat(migrate("new", THREE), is(0));

        assertThat(runtime.values("old"), is(List.of(1L, 2L, 3L)));
        assertThat(runtime.values("new"), is(List.of(1L, 2L, 3L)));
    }

    @Test
    void whatWasRunIsRememberedAfterARestart() throws Exception {
        migrate("a", THREE);
        runtime.close();
        start();

        assertThat(migrate("a", THREE), is(0));
        assertThat(runtime.values("a"), is(List.of(1L, 2L, 3L)));
    }

    @Test
    void aFailureUndoesAllOfThem() throws Exception {
        migrate("a", ONE);
        SchemaMigrations broken = THREE.then("broken", "INSERT INTO missing VALUES (1)");

        SqlStorageException thrown =
                assertThrows(SqlStorageException.class, () -> migrate("a", broken));

        assertThat(
                thrown.getMessage(),
                containsString("migration 4 'broken' failed: no such table: missing"));

        assertThat(runtime.values("a"), is(List.of(1L)));
        assertThat(migrate("a", THREE), is(2));
    }

    @Test
    void aProgramThatIsOlderThanTheDataIsRefused() throws Exception {
        migrate("a", THREE);

        Exception refused = assertThrows(IllegalStateException.class, () -> migrate("a", ONE));

        assertThat(
                refused.getMessage(),
                containsString(
                        "the database has seen migration 2 'second', where this program has"));
    }

    @Test
    void aStepThatWasRenamedIsRefused() throws Exception {
        migrate("a", ONE);
        SchemaMigrations renamed = SchemaMigrations.none().then("tables", "CREATE TABLE t (v)");

        Exception refused = assertThrows(IllegalStateException.class, () -> migrate("a", renamed));

        assertThat(refused.getMessage(), containsString("migration 1 'table'"));
    }

    @Test
    void aStepMayNotMigrate() throws Exception {
        SchemaMigrations nested =
                SchemaMigrations.none().then("outer", storage -> storage.migrate(ONE));

        Exception refused = assertThrows(IllegalStateException.class, () -> migrate("a", nested));

        assertThat(refused.getMessage(), containsString("a migration may not migrate"));
        assertThat(migrate("a", ONE), is(1));
    }

    @Test
    void aStepNeedsAName() {
        assertThrows(
                IllegalArgumentException.class,
                () -> SchemaMigrations.none().then(" ", "SELECT 1"));
    }

    @Test
    void twoStepsOfOneNameAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> ONE.then("table", "SELECT 1"));
    }
}
