package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.Timer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// When timers run, and until when.
@Timeout(60)
class TimerSpec {

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
    void aTimerRunsAsAnEventOfItsOwn() throws Exception {
        CompletableFuture<Object> fired = new CompletableFuture<>();

        runtime.in(
                "a",
                (self, x) ->
                        self.ctx()
                                .setTimeout(
                                        Duration.ofMillis(20),
                                        () -> {
                                            self.createTable();
                                            self.insert("by the timer");
                                            fired.complete("");
                                        })
                                .getClass()
                                .getName());
        fired.get(30, TimeUnit.SECONDS);

        assertThat(runtime.values("a"), is(List.of("by the timer")));
    }

    @Test
    void anIntervalRunsUntilItIsCancelled() throws Exception {
        CompletableFuture<Object> third = new CompletableFuture<>();

        runtime.in(
                "a",
                (self, x) -> {
                    Timer[] timer = new Timer[1];
                    timer[0] =
                            self.ctx()
                                    .setInterval(
                                            Duration.ofMillis(5),
                                            () -> {
                                                if (++self.counter == 3) {
                                                    timer[0].cancel();
                                                    third.complete("");
                                                }
                                            });
                    return "";
                });
        third.get(30, TimeUnit.SECONDS);
        runtime.in(
                "a",
                (self, x) -> {
                    self.ctx().sleep(Duration.ofMillis(100));
                    return "";
                });

        assertThat(runtime.in("a", (self, x) -> self.counter), is(3));
    }
}
