package dev.durableobjects.internal.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.CommitFailedException;
import dev.durableobjects.spi.CommitLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WalSyncLogTest {

    private static final int SECONDS = 30;

    @Test
    void acknowledgesACommitOnlyAfterItsFileWasForced() throws Exception {
        CountDownLatch disk = new CountDownLatch(1);
        CompletableFuture<Boolean> acknowledged = new CompletableFuture<>();
        try (CommitLog log = log(commit -> await(disk))) {
            long position = log.append(commit("a"));
            Thread waiter =
                    Thread.ofVirtual()
                            .start(() -> {
                                log.awaitDurable(position);
                                acknowledged.complete(true);
                            });
            while (waiter.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }

            assertThat(acknowledged.isDone(), is(false));
            assertThat(log.durable(), is(lessThan(position)));
            disk.countDown();
            assertThat(acknowledged.get(10, TimeUnit.SECONDS), is(true));
        }
    }

    @Test
    void forcesAFileOnceForAllCommitsThatWaitForIt() throws Exception {
        CountDownLatch disk = new CountDownLatch(1);
        CountDownLatch busy = new CountDownLatch(1);
        AtomicInteger syncs = new AtomicInteger();
        try (CommitLog log =
                log(commit -> {
                    busy.countDown();
                    await(disk);
                    syncs.incrementAndGet();
                })) {
            log.append(commit("a"));
            busy.await();
            List<Long> positions = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                positions.add(log.append(commit("a")));
            }
            disk.countDown();
            log.awaitDurable(positions.getLast());

            assertThat(syncs.get(), is(2));
        }
    }

    @Test
    void failsForGoodAfterAFailedSync() {
        AtomicInteger syncs = new AtomicInteger();
        CommitLog log =
                log(commit -> {
                    syncs.incrementAndGet();
                    throw new IOException("no space left on device");
                });
        long position = log.append(commit("a"));

        CommitFailedException first =
                assertThrows(CommitFailedException.class, () -> log.awaitDurable(position));
        CommitFailedException second =
                assertThrows(CommitFailedException.class, () -> log.append(commit("b")));

        assertThat(first.getMessage(), containsString("no space left on device"));
        assertThat(second.getMessage(), containsString("no space left on device"));
        assertThat("a sync is never tried again", syncs.get(), is(1));
        log.close();
    }

    @Test
    void givesUpOnADiskThatHangs() {
        CountDownLatch disk = new CountDownLatch(1);
        CommitLog log = new WalSyncLog(Waiting.system(), commit -> await(disk), 1);
        long position = log.append(commit("a"));

        CommitFailedException thrown =
                assertThrows(CommitFailedException.class, () -> log.awaitDurable(position));

        assertThat(thrown.getMessage(), containsString("exceeded timeout"));
        disk.countDown();
        log.close();
    }

    @Test
    void makesEverythingDurableBeforeItCloses() {
        List<Path> forced = new ArrayList<>();
        CommitLog log = log(commit -> forced.add(commit.wal()));
        log.append(commit("a"));
        log.append(commit("b"));

        log.close();

        assertThat(forced.containsAll(List.of(Path.of("a-wal"), Path.of("b-wal"))), is(true));
        assertThrows(CommitFailedException.class, () -> log.append(commit("c")));
    }

    private static CommitLog log(FileSync files) {
        return new WalSyncLog(Waiting.system(), files, SECONDS);
    }

    private static Commit commit(String name) {
        return new Commit(DurableObjectId.of(new byte[32]), Path.of(name + "-wal"), false);
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
