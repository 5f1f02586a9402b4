package dev.durableobjects.spec;

import static dev.durableobjects.spec.ProbeRuntime.failureOf;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of callers that are interrupted, and of everybody else.
@Timeout(60)
class InterruptSpec {

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
    void anInterruptedCallerStartsNothing() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Object> busy = runtime.occupied("a", release);
        ProbeRuntime.Blocked<Object> waiting = runtime.blocked("a", self -> ++self.counter);

        waiting.thread().interrupt();

        DurableObjectException thrown = (DurableObjectException) failureOf(waiting.result());
        assertThat(thrown.kind(), is(Kind.CANCELLED));
        release.countDown();
        busy.get(30, TimeUnit.SECONDS);
        assertThat(runtime.in("a", (self, x) -> self.counter), is(0));
    }

    @Test
    void aCallerThatIsInterruptedAnywhereHarmsNobody() throws Exception {
        runtime.script(
                "work",
                (self, x) -> {
                    self.createTable();
                    self.insert(1);
                    self.ctx().await(() -> self.log().size());
                    self.insert(2);
                    self.ctx().sleep(Duration.ofMillis(1));
                    self.other("b").run("write", "");
                    self.ctx().storage().sync();
                    self.insert(3);
                    return (long) self.values().size();
                });
        runtime.script(
                "write",
                (self, x) -> {
                    self.createTable();
                    self.insert(x);
                    return "";
                });

        for (int round = 0; round < 200; round++) {
            CompletableFuture<Object> done = new CompletableFuture<>();
            Thread caller =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    done.complete(runtime.stub("a").rpc().run("work", ""));
                                } catch (Throwable e) {
                                    done.complete(e);
                                }
                            });
            for (int spin = 0; spin < round * 50 && !done.isDone(); spin++) {
                Thread.onSpinWait();
            }
            caller.interrupt();
            Object outcome = done.get(30, TimeUnit.SECONDS);
            assertThat(
                    "only a call that had not begun fails: " + outcome,
                    !(outcome instanceof Throwable)
                            || (outcome instanceof DurableObjectException e
                                    && e.kind() == Kind.CANCELLED),
                    is(true));
            assertThat(runtime.stub("c").rpc().run("write", "x"), is(""));
        }
        assertThat(
                "the instance was never reset",
                runtime.constructed.stream().filter("a"::equals).count(),
                is(1L));
    }
}
