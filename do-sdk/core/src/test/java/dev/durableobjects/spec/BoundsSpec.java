package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Admission;
import dev.durableobjects.AdmissionException;
import dev.durableobjects.AdmissionException.Reason;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.KeepAlive;
import dev.durableobjects.Limit;
import dev.durableobjects.http.Response;
import dev.durableobjects.runtime.DurableObjectsBuilder;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.sql.SqlStorageException;
import dev.durableobjects.websocket.WebSocketPair;
import io.helidon.webserver.WebServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What happens at the bounds: of queues, of time, and of how many objects there may be.
@Timeout(60)
class BoundsSpec {

    /// A query that never ends by itself.
    private static final String ENDLESS =
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
            SELECT count(*) AS count FROM n
            """;

    @TempDir private Path directory;
    private final ManualTime time = new ManualTime();
    private ProbeRuntime runtime;

    @AfterEach
    void stop() {
        time.flow();
        runtime.close();
    }

    @Test
    void oneMoreThanMayWaitIsRefusedAsOverload() throws Exception {
        start(builder -> builder.limit(Limit.QUEUED_EVENTS, 1));
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Object> busy = runtime.occupied("a", release);
        CompletableFuture<Object> waiter = runtime.blocked("a", self -> "served").result();

        DurableObjectException thrown =
                assertThrows(
                        DurableObjectException.class, () -> runtime.in("a", (self, x) -> "never"));

        assertThat(thrown.kind(), is(Kind.OVERLOADED));
        assertThat("overloaded", thrown.overloaded(), is(true));
        assertThat("the object goes on", thrown.durableObjectReset(), is(false));
        assertThat(
                thrown.getMessage(), is("Durable Object is overloaded. Too many requests queued."));
        assertThat(thrown.durableObjectId(), is(Optional.of(runtime.stub("a").id())));
        release.countDown();
        busy.get(30, TimeUnit.SECONDS);
        assertThat(waiter.get(30, TimeUnit.SECONDS), is("served"));
    }

    @Test
    void overloadIs503AtTheEdgeAndSaysWhenToComeBack() throws Exception {
        start(builder -> builder.limit(Limit.QUEUED_EVENTS, 1));
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Object> busy = runtime.occupied("a", release);
        CompletableFuture<Object> waiter = runtime.blocked("a", self -> "served").result();

        RawHttp.Answer answer = get("/noop");

        assertThat(answer.status(), is(503));
        assertThat(answer.header("retry-after"), is("1"));
        release.countDown();
        busy.get(30, TimeUnit.SECONDS);
        waiter.get(30, TimeUnit.SECONDS);
        assertThat(get("/noop").status(), is(200));
    }

    @Test
    void aNameThatIsNotAdmittedIs404AtTheEdge() throws Exception {
        start(Admission.keys("[a-z]{1,8}"));

        AdmissionException thrown =
                assertThrows(AdmissionException.class, () -> runtime.stub("../etc"));

        assertThat(thrown.reason(), is(Reason.NAME));
        assertThat(thrown.getMessage(), is("namespace PROBE does not admit the name '../etc'"));
        AdmissionException unseen =
                assertThrows(AdmissionException.class, () -> runtime.stub("a\u200bb c\u00a0"));
        assertThat(unseen.getMessage(), containsString("'a\\u200bb c\\u00a0'"));
        assertThat(get("/write?name=UPPER").status(), is(404));
        assertThat(get("/write?name=lower").status(), is(200));
    }

    @Test
    void oneObjectMoreThanMayBeIsRefusedWhenItWritesAndNotBefore() throws Exception {
        start(Admission.all().withObjectsMax(2));
        write("a");
        write("b");

        AdmissionException thrown = assertThrows(AdmissionException.class, () -> write("c"));

        assertThat(thrown.reason(), is(Reason.OBJECTS_MAX));
        assertThat(runtime.stub("c").rpc().run("noop", ""), notNullValue());
        write("a");
        RawHttp.Answer answer = get("/write?name=c");
        assertThat(answer.status(), is(429));
        assertThat(answer.header("retry-after"), is("60"));
        assertThat(get("/write?name=a").status(), is(200));
    }

    @Test
    void theObjectsOfAnEarlierRunCount() throws Exception {
        start(Admission.all().withObjectsMax(2));
        write("a");
        write("b");
        runtime.close();

        start(Admission.all().withObjectsMax(2));

        write("a");
        assertThrows(AdmissionException.class, () -> write("c"));
    }

    @Test
    void onlySoManyObjectsAreMadePerMinute() throws Exception {
        start(Admission.all().withCreationsPerMinute(2));
        write("a");
        write("b");

        AdmissionException thrown = assertThrows(AdmissionException.class, () -> write("c"));

        assertThat(thrown.reason(), is(Reason.CREATIONS_PER_MINUTE));
        assertThat(thrown.retryAfter(), is(Optional.of(Duration.ofSeconds(30))));
        RawHttp.Answer answer = get("/write?name=c");
        assertThat(answer.status(), is(429));
        assertThat(answer.header("retry-after"), is("30"));
        time.pass(Duration.ofSeconds(30));
        write("c");
        assertThrows(AdmissionException.class, () -> write("d"));
    }

    @Test
    void aStatementThatTakesTooLongEndsAndTheEventGoesOn() throws Exception {
        start(builder -> builder.limit(Limit.STATEMENT_SECONDS, 5));
        CountDownLatch running = new CountDownLatch(1);
        CompletableFuture<Object> stopped = new CompletableFuture<>();
        CompletableFuture<Object> call =
                runtime.start(
                        "a",
                        self -> {
                            self.createTable();
                            self.insert("before");
                            running.countDown();
                            SqlStorageException thrown =
                                    assertThrows(
                                            SqlStorageException.class,
                                            () -> self.ctx().storage().sql().exec(ENDLESS));
                            stopped.complete("");
                            self.insert("after");
                            return thrown.getMessage();
                        });

        running.await();
        passUntilDone(stopped);

        assertThat(
                call.get(),
                is(
                        "the statement ran longer than Limit.STATEMENT_SECONDS and was stopped:"
                                + " interrupted: SQLITE_INTERRUPT"));
        assertThat(runtime.in("a", (self, x) -> self.values().size()), is(2));
    }

    @Test
    void aResetStopsTheStatementThatRuns() throws Exception {
        start(builder ->
                builder.limit(Limit.STATEMENT_SECONDS, 1_000_000)
                        .limit(Limit.BLOCK_CONCURRENCY_SECONDS, 30));
        CompletableFuture<Object> call =
                runtime.start(
                        "a",
                        self ->
                                self.ctx()
                                        .blockConcurrencyWhile(() ->
                                                self.ctx()
                                                        .storage()
                                                        .sql()
                                                        .exec(ENDLESS)
                                                        .one()
                                                        .getLong("count")));

        passUntilDone(call);

        DurableObjectException thrown =
                (DurableObjectException)
                        assertThrows(ExecutionException.class, call::get).getCause();
        assertThat(thrown.kind(), is(Kind.TIMED_OUT));
        assertThat(runtime.in("a", (self, x) -> "fine"), is("fine"));
    }

    @Test
    void anObjectHasOnlySoManyLeases() throws Exception {
        start(builder -> builder.limit(Limit.PINS_PER_OBJECT, 2));

        runtime.in(
                "a",
                (self, x) -> {
                    self.ctx().keepAlive(Duration.ofHours(1));
                    KeepAlive second = self.ctx().keepAlive(Duration.ofHours(1));
                    IllegalStateException refused =
                            assertThrows(
                                    IllegalStateException.class,
                                    () -> self.ctx().waitUntil(() -> {}));
                    assertThat(
                            refused.getMessage(),
                            is(
                                    "an object may have 2 leases, tasks, pending timers and"
                                            + " streams at a time"));
                    second.close();
                    self.ctx().keepAlive(Duration.ofHours(1));
                    return "";
                });
    }

    @Test
    void anObjectHasOnlySoManyTimers() throws Exception {
        start(builder -> builder.limit(Limit.TIMERS_PER_OBJECT, 2));

        Object message =
                runtime.in(
                        "a",
                        (self, x) -> {
                            self.ctx().setTimeout(Duration.ofHours(1), () -> {});
                            var second = self.ctx().setTimeout(Duration.ofHours(1), () -> {});
                            String refusal = refusalOfTimer(self);
                            second.cancel();
                            self.ctx().setInterval(Duration.ofHours(1), () -> {});
                            return refusal;
                        });

        assertThat(message, is("an object may have at most 2 pending timers; cancel one first"));
    }

    private static String refusalOfTimer(Probe self) {
        return assertThrows(
                        IllegalStateException.class,
                        () -> self.ctx().setTimeout(Duration.ofHours(1), () -> {}))
                .getMessage();
    }

    @Test
    void anObjectHasOnlySoManySockets() throws Exception {
        start(builder -> builder.limit(Limit.SOCKETS_PER_OBJECT, 1));

        Object message =
                runtime.in(
                        "a",
                        (self, x) -> {
                            self.ctx().acceptWebSocket(WebSocketPair.create().server());
                            return assertThrows(
                                            IllegalStateException.class,
                                            () ->
                                                    self.ctx()
                                                            .acceptWebSocket(
                                                                    WebSocketPair.create()
                                                                            .server()))
                                    .getMessage();
                        });

        assertThat(
                message,
                is("only 1 websockets can be accepted on a single Durable Object instance"));
    }

    private void start(UnaryOperator<DurableObjectsBuilder> settings) {
        start(settings, Admission.all());
    }

    private void start(Admission admission) {
        start(UnaryOperator.identity(), admission);
    }

    private void start(UnaryOperator<DurableObjectsBuilder> settings, Admission admission) {
        runtime =
                new ProbeRuntime(
                        directory,
                        builder ->
                                settings.apply(TestRuntime.withWaiting(builder, time))
                                        .limit(Limit.COMMIT_SECONDS, 1_000_000),
                        namespace -> namespace.admission(admission));
        runtime.script("noop", (self, x) -> Response.of(200));
        runtime.script(
                "write",
                (self, x) -> {
                    self.createTable();
                    self.insert(1);
                    return Response.of(200);
                });
    }

    private void write(String object) throws Exception {
        runtime.stub(object).rpc().run("write", "");
    }

    private RawHttp.Answer get(String target) throws Exception {
        WebServer server =
                runtime.serve((request, env) ->
                        env.namespace(Probe.PROBE)
                                .getByName(request.query("name").orElse("a"))
                                .fetch(request));
        try (RawHttp http = new RawHttp(server.port())) {
            return http.send("GET", target, "");
        } finally {
            server.stop();
        }
    }

    private void passUntilDone(CompletableFuture<Object> call) {
        while (!call.isDone()) {
            time.pass(Duration.ofSeconds(1));
            Thread.onSpinWait();
        }
    }
}
