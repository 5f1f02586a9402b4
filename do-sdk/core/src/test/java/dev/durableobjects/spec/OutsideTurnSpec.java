package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.sql.SqlCursor;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What an object has is refused to everybody who is not in one of its events.
@Timeout(60)
class OutsideTurnSpec {

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
    void storageAndSocketsAreRefusedOutsideOfTheTurn() throws Exception {
        CompletableFuture<Throwable> inTask = new CompletableFuture<>();
        runtime.in(
                "a",
                (self, x) -> {
                    self.createTable();
                    self.ctx().waitUntil(() -> inTask.complete(refusal(self)));
                    Throwable whileAway = self.ctx().await(() -> refusal(self));
                    self.log().add("await " + (whileAway instanceof IllegalStateException));
                    Throwable other =
                            ProbeRuntime.started(() -> refusal(self)).get(30, TimeUnit.SECONDS);
                    self.log().add("thread " + (other instanceof IllegalStateException));
                    return "";
                });

        assertThat(inTask.get(30, TimeUnit.SECONDS), is(instanceOf(IllegalStateException.class)));
        assertThat(runtime.log, contains("await true", "thread true"));
    }

    private static Throwable refusal(Probe self) {
        assertThrows(IllegalStateException.class, () -> self.ctx().webSockets());
        assertThrows(IllegalStateException.class, () -> self.ctx().storage().sync());
        return assertThrows(Throwable.class, self::values);
    }

    @Test
    void aCursorEndsWithItsTurn() throws Exception {
        SqlCursor[] kept = new SqlCursor[1];
        runtime.in(
                "a",
                (self, x) -> {
                    kept[0] = self.ctx().storage().sql().exec("SELECT 1 UNION SELECT 2");
                    kept[0].next();
                    return "";
                });

        IllegalStateException inside =
                assertThrows(
                        IllegalStateException.class,
                        () -> runtime.in("a", (self, x) -> kept[0].next()));

        assertThat(inside.getMessage(), containsString("the event that opened this cursor"));
        assertThrows(IllegalStateException.class, () -> kept[0].next());
    }
}
