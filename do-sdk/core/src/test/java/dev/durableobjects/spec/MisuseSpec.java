package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import dev.durableobjects.Action;
import dev.durableobjects.sql.SqlCursor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A mistake of the application is answered where it is made, in words that say what to do.
@Timeout(60)
class MisuseSpec {

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
    void storageInsideOfAwaitNamesAwait() {
        Exception thrown =
                refused(self ->
                        self.ctx()
                                .await(() -> self.ctx().storage().sql().exec("SELECT 1").toList()));

        assertThat(thrown.getMessage(), containsString("inside of ctx.await other events have it"));
    }

    @Test
    void storageOnAVirtualThreadNamesTheThread() throws Exception {
        AtomicReference<String> message = new AtomicReference<>("");
        runtime.in(
                "a",
                (self, x) -> {
                    Thread.ofVirtual().start(() -> message.set(messageOfSelect(self))).join();
                    return "";
                });

        assertThat(message.get(), containsString("this is the virtual thread '#"));
    }

    @Test
    void aCursorIsNotReadOnAfterASync() {
        Exception thrown =
                refused(self -> {
                    SqlCursor cursor =
                            self.ctx().storage().sql().exec("SELECT 1 UNION ALL SELECT 2");
                    self.ctx().storage().sync();
                    return cursor.toList();
                });

        assertThat(thrown.getMessage(), containsString("awaited or synced since"));
    }

    @Test
    void aDurationBeyondAllBoundsIsAVeryLongTime() throws Exception {
        Duration forever = Duration.ofSeconds(Long.MAX_VALUE);

        Object result =
                runtime.in(
                        "a",
                        (self, x) -> {
                            self.ctx().setTimeout(forever, () -> fail("it is not over")).cancel();
                            self.ctx().setInterval(forever, () -> fail("it is not over")).cancel();
                            self.ctx().keepAlive(forever).close();
                            self.ctx().sleep(forever.negated());
                            return "set";
                        });

        assertThat(result, is("set"));
    }

    @Test
    void aTimeThatNoColumnHoldsNamesItsBinding() {
        Exception thrown =
                refused(self ->
                        self.ctx().storage().sql().exec("SELECT ?, ?", 1, Instant.MAX).toList());

        assertThat(thrown.getMessage(), containsString("binding 2, +1000000000-12-31T"));
    }

    @Test
    @SuppressWarnings("NullAway") // The mistake that is to be answered.
    void nullIsNamedWhereItIsGiven() {
        Action<?> nothing = null;
        String noKey = null;

        assertThat(
                refused(
                                self -> {
                                    self.ctx().waitUntil(nothing);
                                    return "";
                                })
                        .getMessage(),
                is("task must be an action, was null"));
        assertThat(
                refused(
                                self -> {
                                    self.ctx().storage().kv().put(noKey, "value");
                                    return "";
                                })
                        .getMessage(),
                is("key must be a text, was null"));
        assertThat(
                refused(self -> self.other(null)).getMessage(),
                is("a name must be a text, was null"));
    }

    @Test
    void aStubIsNoResult() {
        Exception ofRpc = refused(self -> self.other("b"));

        assertThat(ofRpc.getMessage(), containsString("a stub cannot be an argument or a result"));
    }

    private static String messageOfSelect(Probe self) {
        return String.valueOf(
                assertThrows(
                                IllegalStateException.class,
                                () -> self.ctx().storage().sql().exec("SELECT 1"))
                        .getMessage());
    }

    private Exception refused(Probe.Task task) {
        return assertThrows(
                RuntimeException.class, () -> runtime.in("a", (self, x) -> task.run(self)));
    }
}
