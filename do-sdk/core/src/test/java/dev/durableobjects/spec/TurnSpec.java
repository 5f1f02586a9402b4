package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectNamespace;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.DurableObjectStorage;
import dev.durableobjects.Env;
import dev.durableobjects.runtime.DurableObjects;
import dev.durableobjects.sql.SqlStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// One event at a time; what it writes commits at its end; calls to other objects let others in.
@Timeout(60)
class TurnSpec {

    interface Counter {
        int add(int amount);

        int value();

        void writeThenThrow() throws IOException;

        void writeInTransactionThenThrow();

        int callThenAdd(String other, int amount);

        int addHere(int amount, List<String> path);

        void callInsideTransaction(String other);

        void violateAtCommit();

        List<String> grow(List<String> list);
    }

    static final class CounterObject extends DurableObject implements Counter {
        private final SqlStorage sql;

        CounterObject(DurableObjectState ctx, Env env) {
            super(ctx, env);
            LEAKED.complete(ctx.storage());
            sql = ctx.storage().sql();
            sql.exec("CREATE TABLE IF NOT EXISTS counter (value INTEGER)");
            if (!sql.exec("SELECT 1 FROM counter").hasNext()) {
                sql.exec("INSERT INTO counter VALUES (0)");
            }
            if (ctx.id().name().filter("broken"::equals).isPresent()) {
                throw new IllegalStateException("born broken");
            }
        }

        @Override
        public int add(int amount) {
            int sum = value() + amount;
            sql.exec("UPDATE counter SET value = ?", sum);
            return sum;
        }

        @Override
        public int value() {
            return sql.exec("SELECT value FROM counter").one().getInt("value");
        }

        @Override
        public void writeThenThrow() throws IOException {
            add(1);
            throw new IOException("after the write");
        }

        @Override
        public void writeInTransactionThenThrow() {
            ctx.storage()
                    .transactionSync(() -> {
                        add(1);
                        throw new IllegalStateException("inside the transaction");
                    });
        }

        @Override
        public int callThenAdd(String other, int amount) {
            int before = value();
            env.namespace(COUNTER).getByName(other).rpc().add(amount);
            return before + add(amount);
        }

        @Override
        public int addHere(int amount, List<String> path) {
            add(amount);
            if (path.isEmpty()) {
                return value();
            }
            List<String> rest = path.subList(1, path.size());
            return env.namespace(COUNTER).getByName(path.getFirst()).rpc().addHere(amount, rest);
        }

        @Override
        public void callInsideTransaction(String other) {
            ctx.storage()
                    .transactionSync(() -> {
                        add(1);
                        env.namespace(COUNTER).getByName(other).rpc().value();
                    });
        }

        @Override
        public void violateAtCommit() {
            add(1);
            sql.exec("CREATE TABLE parent (id PRIMARY KEY)");
            sql.exec("CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
            sql.exec("INSERT INTO child VALUES (1)");
        }

        @Override
        public List<String> grow(List<String> list) {
            list.add("inside");
            return list;
        }
    }

    private static final Binding<Counter> COUNTER = Binding.of("COUNTER", Counter.class);
    private static CompletableFuture<DurableObjectStorage> LEAKED = new CompletableFuture<>();

    @TempDir private Path directory;
    private DurableObjects objects;
    private DurableObjectNamespace<Counter> counters;

    @BeforeEach
    void start() {
        LEAKED = new CompletableFuture<>();
        objects =
                DurableObjects.builder()
                        .directory(directory)
                        .namespace(COUNTER, CounterObject::new)
                        .build();
        counters = objects.env().namespace(COUNTER);
    }

    @AfterEach
    void stop() {
        objects.close();
    }

    @Test
    void readThenWriteNeedsNoLock() throws Exception {
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            callers.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                for (int n = 0; n < 20; n++) {
                                    counters.getByName("hot").rpc().add(1);
                                }
                            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }

        assertThat(counters.getByName("hot").rpc().value(), is(1_000));
    }

    @Test
    void objectsOfOtherNamesAreOtherObjects() {
        counters.getByName("a").rpc().add(1);

        assertThat(counters.getByName("b").rpc().value(), is(0));
    }

    @Test
    void aWriteSurvivesARestart() {
        counters.getByName("a").rpc().add(5);

        stop();
        start();

        assertThat(counters.getByName("a").rpc().value(), is(5));
    }

    @Test
    void anExceptionReachesTheCallerAndDoesNotUndoTheWrites() {
        Counter counter = counters.getByName("a").rpc();

        IOException thrown = assertThrows(IOException.class, counter::writeThenThrow);

        assertThat(thrown.getMessage(), is("after the write"));
        assertThat(counter.value(), is(1));
    }

    @Test
    void anExceptionOutOfATransactionUndoesItsWrites() {
        Counter counter = counters.getByName("a").rpc();

        assertThrows(IllegalStateException.class, counter::writeInTransactionThenThrow);

        assertThat(counter.value(), is(0));
    }

    @Test
    void twoObjectsThatCallEachOtherDoNotDeadLock() throws Exception {
        CompletableFuture<Integer> there =
                CompletableFuture.supplyAsync(
                        () -> counters.getByName("a").rpc().callThenAdd("b", 1));
        CompletableFuture<Integer> back =
                CompletableFuture.supplyAsync(
                        () -> counters.getByName("b").rpc().callThenAdd("a", 1));

        there.get(30, TimeUnit.SECONDS);
        back.get(30, TimeUnit.SECONDS);

        assertThat(counters.getByName("a").rpc().value(), is(2));
        assertThat(counters.getByName("b").rpc().value(), is(2));
    }

    @Test
    void aCallMayComeBackToTheObjectItStartedFrom() {
        int value = counters.getByName("a").rpc().addHere(1, List.of("b", "c", "a"));

        assertThat(value, is(2));
    }

    @Test
    void callsNestOnlySoDeep() {
        List<String> path = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            path.add(i % 2 == 0 ? "b" : "a");
        }

        IllegalStateException thrown =
                assertThrows(
                        IllegalStateException.class,
                        () -> counters.getByName("a").rpc().addHere(1, path));

        assertThat(thrown.getMessage(), containsString("nested deeper than 64"));
    }

    @Test
    void aTransactionCannotBeLeftOpenForACall() {
        IllegalStateException thrown =
                assertThrows(
                        IllegalStateException.class,
                        () -> counters.getByName("a").rpc().callInsideTransaction("b"));

        assertThat(thrown.getMessage(), containsString("the body of a transaction may not call"));
        assertThat(counters.getByName("a").rpc().value(), is(0));
    }

    @Test
    void storageIsRefusedOutsideOfTheObjectsEvents() throws Exception {
        counters.getByName("a").rpc().value();
        DurableObjectStorage leaked = LEAKED.get();

        IllegalStateException bySql =
                assertThrows(IllegalStateException.class, () -> leaked.sql().exec("SELECT 1"));
        assertThrows(
                RuntimeException.class,
                () -> leaked.dbClient().execute().get("SELECT 1").isPresent());
        assertThrows(
                IllegalStateException.class, () -> leaked.transactionSync(() -> Optional.empty()));

        assertThat(
                bySql.getMessage(),
                containsString("COUNTER a: its storage and sockets may be used by its own"));
    }

    @Test
    void aConstructorThatFailsFailsTheCallAndTheNextCallTriesAgain() {
        for (int i = 0; i < 2; i++) {
            IllegalStateException thrown =
                    assertThrows(
                            IllegalStateException.class,
                            () -> counters.getByName("broken").rpc().value());
            assertThat(thrown.getMessage(), is("born broken"));
        }
    }

    @Test
    void aFailedCommitResetsTheObjectAndUndoesTheEvent() {
        Counter counter = counters.getByName("a").rpc();
        counter.add(5);

        DurableObjectException thrown =
                assertThrows(DurableObjectException.class, counter::violateAtCommit);

        assertThat(
                thrown.getMessage(),
                startsWith(
                        "Durable Object was reset and rolled back to its last known good state"
                                + " because the application left the database in a state where"
                                + " constraints were violated: FOREIGN KEY constraint failed:"
                                + " SQLITE_CONSTRAINT"));
        assertThat("reset", thrown.durableObjectReset(), is(true));
        assertThat(thrown.durableObjectId(), is(Optional.of(counters.idFromName("a"))));
        assertThat("the same stub heals", counter.value(), is(5));
    }

    @Test
    void argumentsAndResultsCrossByValue() {
        List<String> list = new ArrayList<>(List.of("outside"));

        List<String> result = counters.getByName("a").rpc().grow(list);

        assertThat(list, is(List.of("outside")));
        assertThat(result, is(List.of("outside", "inside")));
    }

    @Test
    void anInterruptedCallerOfAFreeObjectIsServedAndStaysInterrupted() throws Exception {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    Thread.currentThread().interrupt();
                    result.complete(counters.getByName("a").rpc().add(1));
                    interrupted.complete(Thread.currentThread().isInterrupted());
                });

        assertThat(result.get(10, TimeUnit.SECONDS), is(1));
        assertThat("still interrupted", interrupted.get(10, TimeUnit.SECONDS), is(true));
    }

    @Test
    void aClosedRuntimeRefusesCalls() throws ExecutionException, InterruptedException {
        objects.close();

        DurableObjectException thrown =
                assertThrows(
                        DurableObjectException.class, () -> counters.getByName("a").rpc().value());

        assertThat(thrown.kind(), is(DurableObjectException.Kind.CLOSED));
    }
}
