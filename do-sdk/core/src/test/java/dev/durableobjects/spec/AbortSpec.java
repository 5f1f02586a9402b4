package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.internal.socket.Transport;
import dev.durableobjects.websocket.WebSocketPair;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What `abort` does to an object, and what it leaves.
@Timeout(60)
class AbortSpec {

    @TempDir private Path directory;
    private ProbeRuntime runtime;

    @BeforeEach
    void start() throws Exception {
        runtime = new ProbeRuntime(directory);
        runtime.in(
                "a",
                (self, x) -> {
                    self.counter = 5;
                    self.createTable();
                    self.insert("kept");
                    return "";
                });
    }

    @AfterEach
    void stop() {
        runtime.close();
    }

    @Test
    void whatIsNotCommittedIsLostAndTheNextCallFindsANewInstance() throws Exception {
        DurableObjectException thrown =
                aborted(self -> {
                    self.insert("lost");
                    self.ctx().abort("on purpose");
                    return "";
                });

        assertThat(thrown.getMessage(), is("on purpose"));
        assertThat(thrown.durableObjectReset(), is(true));
        assertThat(thrown.remote(), is(true));
        assertThat(runtime.in("a", (self, x) -> self.values()), is(List.of("kept")));
        assertThat(runtime.in("a", (self, x) -> self.counter), is(0));
    }

    @Test
    void aConnectionThatCannotBeClosedHoldsNobodyUp() throws Exception {
        CompletableFuture<HeldSocket> accepted = new CompletableFuture<>();
        runtime.in(
                "a",
                (self, x) -> {
                    WebSocketPair pair = WebSocketPair.create();
                    self.ctx().acceptWebSocket(pair.server());
                    return accepted.complete((HeldSocket) pair.client().connection().orElseThrow());
                });
        Stuck network = new Stuck();
        Thread reader = Thread.ofVirtual().start(() -> accepted.join().serve(network));
        network.reading.await();

        aborted(self -> {
            self.ctx().abort("on purpose");
            return "";
        });

        assertThat(runtime.in("a", (self, x) -> self.counter), is(0));
        network.over.countDown();
        reader.join();
    }

    /// A connection that breaks its promise never to throw.
    private static final class Stuck implements Transport {

        private final CountDownLatch reading = new CountDownLatch(1);
        private final CountDownLatch over = new CountDownLatch(1);

        @Override
        public byte read() {
            reading.countDown();
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new Gone(new IllegalStateException("over"));
        }

        @Override
        public byte[] read(int length) {
            return new byte[length];
        }

        @Override
        public void write(byte[] bytes, int length) {}

        @Override
        public void close() {
            throw new IllegalStateException("cannot be closed");
        }
    }

    @Test
    void whatWasSyncedBeforeStays() throws Exception {
        aborted(self -> {
            self.insert("synced");
            self.ctx().storage().sync();
            self.insert("lost");
            self.ctx().abort("on purpose");
            return "";
        });

        assertThat(runtime.in("a", (self, x) -> self.values()), is(List.of("kept", "synced")));
    }

    @Test
    void withoutAReasonItSaysWhatCloudflareSays() {
        DurableObjectException thrown =
                aborted(self -> {
                    self.ctx().abort();
                    return "";
                });

        assertThat(thrown.getMessage(), is("Application called abort() to reset Durable Object."));
    }

    @Test
    void nothingRunsAfterItNotEvenACatchOfExceptions() {
        aborted(self -> {
            try {
                self.ctx().abort("on purpose");
                self.log().add("went on");
            } catch (Exception e) {
                self.log().add("caught");
            }
            return "";
        });

        assertThat(runtime.log, is(List.of()));
    }

    @Test
    void everyCallUnderWayFailsWithItsReason() throws Exception {
        CountDownLatch awaiting = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        CompletableFuture<Object> hanging =
                runtime.start(
                        "a",
                        self -> {
                            self.ctx()
                                    .await(() -> {
                                        awaiting.countDown();
                                        never.await();
                                    });
                            return "";
                        });
        awaiting.await();

        aborted(self -> {
            self.ctx().abort("on purpose");
            return "";
        });
        never.countDown();

        Throwable failure =
                assertThrows(ExecutionException.class, () -> hanging.get(30, TimeUnit.SECONDS))
                        .getCause();
        assertThat(failure, is(instanceOf(DurableObjectException.class)));
        assertThat(failure.getMessage(), is("on purpose"));
    }

    private DurableObjectException aborted(Probe.Task task) {
        return assertThrows(
                DurableObjectException.class, () -> runtime.in("a", (self, x) -> task.run(self)));
    }
}
