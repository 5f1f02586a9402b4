package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.sql.SqlStorageException;
import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.DbRow;
import io.helidon.dbclient.DbTransaction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an object's storage does at the edges of its events: calls out of a transaction, statements
/// that undo the whole event, and rows that are kept for later.
@Timeout(60)
class StorageSpec {

    private static final String ROWS = "SELECT value FROM json_each('[1,2,3]')";

    @TempDir private Path directory;
    private ProbeRuntime runtime;

    @BeforeEach
    void start() throws Exception {
        runtime = new ProbeRuntime(directory);
        runtime.script("noop", (self, x) -> "");
        runtime.in(
                "a",
                (self, x) -> {
                    self.createTable();
                    self.ctx().storage().sql().exec("CREATE UNIQUE INDEX once ON t (v)");
                    self.ctx()
                            .storage()
                            .sql()
                            .exec(
                                    """
                                    CREATE TRIGGER guard BEFORE INSERT ON t WHEN NEW.v = 'never'
                                    BEGIN SELECT RAISE(ROLLBACK, 'the guard says no'); END
                                    """);
                    self.insert("before");
                    return "";
                });
    }

    @AfterEach
    void stop() {
        runtime.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"call", "await", "sleep", "sync"})
    void aTransactionOfDbClientCannotBeLeftOpen(String exit) throws Exception {
        IllegalStateException thrown =
                assertThrows(
                        IllegalStateException.class,
                        () ->
                                runtime.in(
                                        "a",
                                        (self, x) -> {
                                            DbTransaction open = opened(self);
                                            leave(self, exit);
                                            open.commit();
                                            return "";
                                        }));

        assertThat(thrown.getMessage(), containsString("the body of a transaction may not call"));
        assertThat(runtime.values("a"), is(List.of("before")));
        assertThat("nobody was called", runtime.constructed, contains("a"));
    }

    @Test
    void aTransactionOfDbClientGoesOnAfterARefusedCall() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    DbTransaction open = opened(self);
                    assertThrows(IllegalStateException.class, () -> leave(self, "call"));
                    open.commit();
                    leave(self, "call");
                    return "";
                });

        assertThat(runtime.values("a"), is(List.of("before", 1L, 2L)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT OR ROLLBACK INTO t VALUES ('before')",
                "UPDATE OR ROLLBACK t SET v = 'before'",
                "INSERT INTO t VALUES ('never')"
            })
    void aConflictThatRollsBackResetsTheObjectEvenIfItIsSwallowed(String conflict)
            throws Exception {
        DurableObjectException thrown =
                assertThrows(
                        DurableObjectException.class,
                        () ->
                                runtime.in(
                                        "a",
                                        (self, x) -> {
                                            self.counter = 7;
                                            self.insert("lost");
                                            assertThrows(
                                                    SqlStorageException.class,
                                                    () -> run(self, conflict));
                                            assertThrows(
                                                    SqlStorageException.class,
                                                    () -> self.insert("after"));
                                            return "swallowed";
                                        }));

        assertThat(thrown.kind(), is(Kind.RESET));
        assertThat(runtime.values("a"), is(List.of("before")));
        assertThat("a new instance", runtime.in("a", (self, x) -> self.counter), is(0));
        assertThat(runtime.constructed, contains("a", "a"));
    }

    @Test
    void aConflictThatRollsBackResetsTheObjectInsideOfATransactionToo() throws Exception {
        assertThrows(
                DurableObjectException.class,
                () ->
                        runtime.in(
                                "a",
                                (self, x) -> {
                                    self.insert("lost");
                                    self.ctx()
                                            .storage()
                                            .transactionSync(() -> {
                                                self.insert("lost as well");
                                                run(self, "INSERT INTO t VALUES ('never')");
                                            });
                                    return "";
                                }));

        assertThat(runtime.values("a"), is(List.of("before")));
        assertThat(runtime.constructed, contains("a", "a"));
    }

    @Test
    void aConflictThatRollsBackThroughDbClientResetsTheObjectToo() throws Exception {
        assertThrows(
                DurableObjectException.class,
                () ->
                        runtime.in(
                                "a",
                                (self, x) -> {
                                    self.insert("lost");
                                    assertThrows(
                                            DbClientException.class,
                                            () ->
                                                    self.ctx()
                                                            .storage()
                                                            .dbClient()
                                                            .execute()
                                                            .dml("INSERT INTO t VALUES ('never')"));
                                    assertThrows(
                                            SqlStorageException.class, () -> self.insert("after"));
                                    return "swallowed";
                                }));

        assertThat(runtime.values("a"), is(List.of("before")));
        assertThat(runtime.constructed, contains("a", "a"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void rowsOfDbClientEndWithTheirEvent(int read) throws Exception {
        CompletableFuture<Iterator<DbRow>> kept = new CompletableFuture<>();
        runtime.in(
                "a",
                (self, x) -> {
                    Iterator<DbRow> rows = rows(self);
                    for (int i = 0; i < read; i++) {
                        rows.next();
                    }
                    kept.complete(rows);
                    return "";
                });

        DbClientException late =
                assertThrows(
                        DbClientException.class,
                        () -> runtime.in("a", (self, x) -> kept.get().hasNext()));

        assertThat(
                late.getCause().getMessage(),
                containsString("the event that opened this query has ended"));
    }

    @Test
    void rowsOfDbClientThatWereKeptTakeNothingFromALaterQueryOfTheSameText() throws Exception {
        CompletableFuture<Iterator<DbRow>> kept = new CompletableFuture<>();
        runtime.in(
                "a",
                (self, x) -> {
                    Iterator<DbRow> rows = rows(self);
                    rows.next();
                    return kept.complete(rows);
                });

        Object later =
                runtime.in(
                        "a",
                        (self, x) -> {
                            Iterator<DbRow> rows = rows(self);
                            int first = rows.next().column(1).getInt();
                            assertThrows(DbClientException.class, () -> kept.get().hasNext());
                            int second = rows.next().column(1).getInt();
                            return List.of(first, second);
                        });

        assertThat(later, is(List.of(1, 2)));
    }

    private static void run(Probe self, String statement) {
        self.ctx().storage().sql().exec(statement);
    }

    private static Iterator<DbRow> rows(Probe self) {
        return self.ctx().storage().dbClient().execute().query(ROWS).iterator();
    }

    /// Returns a transaction that has written two rows.
    private static DbTransaction opened(Probe self) {
        DbTransaction open = self.ctx().storage().dbClient().transaction();
        open.dml("INSERT INTO t VALUES (1)");
        open.dml("INSERT INTO t VALUES (2)");
        return open;
    }

    private static void leave(Probe self, String exit) throws Exception {
        switch (exit) {
            case "call" -> self.other("b").run("noop", "");
            case "await" -> self.ctx().await(() -> self.log().add("awaited"));
            case "sleep" -> self.ctx().sleep(Duration.ofMillis(1));
            default -> self.ctx().storage().sync();
        }
    }
}
