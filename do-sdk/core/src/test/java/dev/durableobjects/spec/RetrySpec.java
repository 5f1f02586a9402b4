package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.DurableObjectStub;
import dev.durableobjects.RetryPolicy;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a stub does after a failure: it heals, and repeats the call only if it was told to.
@Timeout(60)
class RetrySpec {

    private static final RetryPolicy FOUR_TIMES =
            new RetryPolicy(4, Duration.ofMillis(100), Duration.ofMillis(250));

    @TempDir private Path directory;
    private final NoPause random = new NoPause();
    private ProbeRuntime runtime;
    private DurableObjectStub<ProbeApi> stub;

    @BeforeEach
    void start() {
        runtime = new ProbeRuntime(directory, builder -> builder.random(random));
        stub = runtime.stub("a");
        runtime.script("reset", (self, times) -> failing(self, times, RetrySpec::reset));
        runtime.script(
                "abort",
                (self, times) -> failing(self, times, probe -> probe.ctx().abort("on purpose")));
        runtime.script(
                "throw",
                (self, times) ->
                        failing(
                                self,
                                times,
                                probe -> {
                                    throw new IOException("on purpose");
                                }));
    }

    @AfterEach
    void stop() {
        runtime.close();
    }

    @Test
    void theSameStubServesTheNextCallAfterAReset() throws Exception {
        assertThrows(DurableObjectException.class, () -> stub.rpc().run("reset", "1"));

        assertThat(stub.rpc().run("reset", "1"), is("served"));
        assertThat(runtime.log, contains("tried", "tried"));
    }

    @Test
    void nothingIsRepeatedWithoutAPolicy() {
        DurableObjectException thrown =
                assertThrows(DurableObjectException.class, () -> stub.rpc().run("reset", "1"));

        assertThat(thrown.kind(), is(Kind.RESET));
        assertThat("retryable", thrown.retryable(), is(true));
        assertThat(runtime.log, contains("tried"));
    }

    @Test
    void aPolicyRepeatsUntilTheCallSucceeds() throws Exception {
        assertThat(stub.withRetry(FOUR_TIMES).rpc().run("reset", "3"), is("served"));
        assertThat(runtime.log, contains("tried", "tried", "tried", "tried"));
    }

    @Test
    void aPolicyGivesUpAfterItsLastAttemptWithTheLastFailure() {
        DurableObjectException thrown =
                assertThrows(
                        DurableObjectException.class,
                        () -> stub.withRetry(FOUR_TIMES).rpc().run("reset", "4"));

        assertThat(thrown.kind(), is(Kind.RESET));
        assertThat(runtime.log.size(), is(4));
    }

    @Test
    void pausesDoubleUpToTheirBoundAndAreRandomBelowIt() throws Exception {
        stub.withRetry(FOUR_TIMES).rpc().run("reset", "3");

        assertThat(
                random.bounds,
                contains(
                        Duration.ofMillis(100).toNanos(),
                        Duration.ofMillis(200).toNanos(),
                        Duration.ofMillis(250).toNanos()));
    }

    @Test
    void whatTheObjectItselfThrowsOrAbortsIsNotRepeated() {
        DurableObjectStub<ProbeApi> patient = stub.withRetry(FOUR_TIMES);

        assertThrows(IOException.class, () -> patient.rpc().run("throw", "1"));
        DurableObjectException aborted =
                assertThrows(DurableObjectException.class, () -> patient.rpc().run("abort", "2"));

        assertThat("retryable", aborted.retryable(), is(false));
        assertThat(runtime.log, contains("tried", "tried"));
        assertThat(random.bounds, is(empty()));
    }

    @Test
    void aClientOverHttpLearnsNothingOfTheFailure() throws Exception {
        WebServer server = runtime.serve((request, env) -> stub.fetch(request));
        runtime.script(
                "fail",
                (self, x) -> {
                    throw new IOException("the secret is 42");
                });
        try (RawHttp http = new RawHttp(server.port())) {
            RawHttp.Answer answer = http.send("GET", "/fail", "");

            assertThat(answer.status(), is(500));
            assertThat(answer.body(), containsString("Internal error. Id: "));
            assertThat(answer.head() + answer.body(), not(containsString("secret")));
            assertThat(answer.head() + answer.body(), not(containsString("Exception")));
            assertThat(answer.head() + answer.body(), not(containsString("durableobjects")));
        } finally {
            server.stop();
        }
    }

    /// Fails as often as it is told to, then serves.
    private Object failing(Probe self, String times, Failure failure) throws Exception {
        self.log().add("tried");
        if (self.log().size() <= Integer.parseInt(times)) {
            failure.of(self);
        }
        return "served";
    }

    /// Makes the commit of the event fail.
    private static void reset(Probe self) {
        var sql = self.ctx().storage().sql();
        sql.exec("CREATE TABLE parent (id PRIMARY KEY)");
        sql.exec("CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
        sql.exec("INSERT INTO child VALUES (1)");
    }

    private interface Failure {

        void of(Probe self) throws Exception;
    }

    /// Chance that always picks no pause, and remembers between what it had to pick.
    private static final class NoPause implements RandomGenerator {

        private final List<Long> bounds = Probe.seen();

        @Override
        public long nextLong() {
            return 0;
        }

        @Override
        public long nextLong(long bound) {
            bounds.add(bound);
            return 0;
        }
    }
}
