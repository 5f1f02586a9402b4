package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectStorage;
import dev.durableobjects.DurableObjectTransaction;
import dev.durableobjects.Limit;
import dev.durableobjects.sql.SqlCursor;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `storage.transaction(body)`: a transaction that may wait, alone in its object.
@Timeout(60)
class LongTransactionSpec {

    @TempDir private Path directory;
    private ProbeRuntime runtime;

    @BeforeEach
    void start() throws Exception {
        runtime =
                new ProbeRuntime(
                        directory, builder -> builder.limit(Limit.BLOCK_CONCURRENCY_SECONDS, 2));
        runtime.in(
                "a",
                (self, x) -> {
                    self.createTable();
                    return "";
                });
    }

    @AfterEach
    void stop() {
        runtime.close();
    }

    @Test
    void itsResultAndItsWritesStay() throws Exception {
        Object result =
                runtime.in(
                        "a",
                        (self, x) ->
                                storage(self)
                                        .transaction(txn -> {
                                            self.insert(1);
                                            self.ctx().await(() -> "outside");
                                            self.insert(2);
                                            return "done";
                                        }));

        assertThat(result, is("done"));
        assertThat(runtime.values("a"), contains(1L, 2L));
    }

    @Test
    void whatItThrowsUndoesItAndTheObjectGoesOn() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    self.counter = 7;
                    self.insert("before");
                    IOException thrown =
                            assertThrows(
                                    IOException.class,
                                    () ->
                                            storage(self)
                                                    .transaction(txn -> {
                                                        self.insert("in it");
                                                        self.ctx().await(() -> "outside");
                                                        storage(self).kv().put("k", 1);
                                                        throw new IOException("no");
                                                    }));
                    assertThat(thrown.getMessage(), is("no"));
                    self.insert("after");
                    return "";
                });

        assertThat(runtime.values("a"), contains("before", "after"));
        assertThat(runtime.in("a", (self, x) -> self.counter), is(7));
        assertThat(
                runtime.in("a", (self, x) -> storage(self).kv().get("k", Integer.class)),
                is(Optional.empty()));
    }

    @Test
    void othersWaitForItsEnd() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Object> transaction =
                runtime.start(
                        "a",
                        self ->
                                storage(self)
                                        .transaction(txn -> {
                                            self.insert(1);
                                            self.ctx()
                                                    .await(() -> {
                                                        inside.countDown();
                                                        return goOn.await(30, TimeUnit.SECONDS);
                                                    });
                                            self.insert(2);
                                            return "";
                                        }));
        inside.await();
        ProbeRuntime.Blocked<Object> other = runtime.blocked("a", self -> self.values());

        goOn.countDown();

        assertThat(other.result().get(30, TimeUnit.SECONDS), is(List.of(1L, 2L)));
        transaction.get(30, TimeUnit.SECONDS);
    }

    @Test
    void whatItCausesItselfBelongsToIt() throws Exception {
        runtime.script(
                "insert",
                (self, value) -> {
                    self.insert(value);
                    return self.values().size();
                });
        runtime.script("call back", (self, value) -> self.other("a").run("insert", value));
        runtime.in(
                "a",
                (self, x) -> {
                    assertThrows(
                            IllegalStateException.class,
                            () ->
                                    storage(self)
                                            .transaction(txn -> {
                                                self.insert("own");
                                                assertThat(
                                                        self.other("b").run("call back", "called"),
                                                        is(2));
                                                throw new IllegalStateException("undo");
                                            }));
                    return "";
                });

        assertThat(runtime.values("a"), is(empty()));
    }

    @Test
    void anEventThatItCausesEndsItsCursorsAndClientsAndNothingElse() throws Exception {
        SqlCursor[] cursor = new SqlCursor[1];
        runtime.script(
                "leave open",
                (self, x) -> {
                    self.insert("called");
                    self.insert("again");
                    cursor[0] = storage(self).sql().exec("SELECT v FROM t");
                    Connection client = storage(self).dataSource().getConnection();
                    client.setAutoCommit(false);
                    client.prepareStatement("INSERT INTO t VALUES ('undone')").executeUpdate();
                    return "";
                });
        runtime.script("call back", (self, x) -> self.other("a").run("leave open", ""));

        runtime.in(
                "a",
                (self, x) ->
                        storage(self)
                                .transaction(txn -> {
                                    self.other("b").run("call back", "");
                                    assertThrows(IllegalStateException.class, cursor[0]::next);
                                    self.insert("after");
                                    return self.ctx().await(() -> "outside");
                                }));

        assertThat(runtime.values("a"), contains("called", "again", "after"));
    }

    @Test
    void rollbackUndoesItAndTheBodyGoesOn() throws Exception {
        runtime.in(
                "a",
                (self, x) ->
                        storage(self)
                                .transaction(txn -> {
                                    self.insert("undone");
                                    txn.rollback();
                                    txn.rollback();
                                    self.insert("of the event");
                                    return "";
                                }));

        assertThat(runtime.values("a"), contains("of the event"));
    }

    @Test
    void transactionsNest() throws Exception {
        runtime.in(
                "a",
                (self, x) ->
                        storage(self)
                                .transaction(outer -> {
                                    self.insert("outer");
                                    assertThrows(IOException.class, () -> fail(self, outer));
                                    storage(self).transactionSync(() -> self.insert("sync"));
                                    return "";
                                }));

        assertThat(runtime.values("a"), contains("outer", "sync"));
    }

    private static Object fail(Probe self, DurableObjectTransaction outer) throws IOException {
        return storage(self)
                .transaction(inner -> {
                    self.insert("inner");
                    IllegalStateException refused =
                            assertThrows(IllegalStateException.class, outer::rollback);
                    assertThat(
                            refused.getMessage(),
                            startsWith("Cannot roll back an outer transaction while"));
                    throw new IOException();
                });
    }

    @Test
    void afterItsEndItsHandleSaysSo() throws Exception {
        DurableObjectTransaction[] kept = new DurableObjectTransaction[1];
        runtime.in(
                "a",
                (self, x) -> {
                    storage(self).transaction(txn -> kept[0] = txn);
                    IllegalStateException refused =
                            assertThrows(IllegalStateException.class, () -> kept[0].rollback());
                    assertThat(
                            refused.getMessage(),
                            containsString("transaction that has already committed"));
                    return "";
                });
        assertThrows(IllegalStateException.class, () -> kept[0].rollback());
    }

    @Test
    void itRefusesWhatItCannotHold() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    storage(self)
                            .transaction(txn -> {
                                assertThat(
                                        assertThrows(
                                                        IllegalStateException.class,
                                                        () -> storage(self).deleteAll())
                                                .getMessage(),
                                        is("Cannot call deleteAll() within a transaction"));
                                assertThat(
                                        assertThrows(
                                                        IllegalStateException.class,
                                                        () -> storage(self).sync())
                                                .getMessage(),
                                        containsString("may not sync"));
                                return "";
                            });
                    assertThrows(
                            IllegalStateException.class,
                            () ->
                                    storage(self)
                                            .<Object, Exception>transactionSync(
                                                    () -> storage(self).transaction(txn -> "")));
                    return "";
                });
    }

    @Test
    void oneThatTakesTooLongResetsTheObject() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CompletableFuture<Object> call =
                runtime.start(
                        "a",
                        self ->
                                storage(self)
                                        .transaction(txn -> {
                                            self.insert("lost");
                                            return self.ctx()
                                                    .await(() -> never.await(5, TimeUnit.SECONDS));
                                        }));

        Throwable thrown = assertThrows(Exception.class, call::get).getCause();

        assertThat(
                ((DurableObjectException) thrown).kind(),
                is(DurableObjectException.Kind.TIMED_OUT));
        assertThat(runtime.values("a"), is(empty()));
        never.countDown();
    }

    private static DurableObjectStorage storage(Probe self) {
        return self.ctx().storage();
    }
}
