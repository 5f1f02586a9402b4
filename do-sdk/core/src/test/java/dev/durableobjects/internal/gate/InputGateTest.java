package dev.durableobjects.internal.gate;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InputGateTest {

    private final InputGate gate = new InputGate(Waiting.system(), 1_000);

    @Test
    void letsThreadsInInTheOrderInWhichTheyAsked() throws Exception {
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        assertThat(gate.request(null).await(), is(true));

        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            threads.add(startQueued(() -> order.add(number)));
        }
        gate.leave();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(order, is(IntStream.range(0, 100).boxed().toList()));
    }

    @Test
    void letsOnlyOneThreadInAtATime() throws Exception {
        int[] unguarded = new int[1];

        List<Thread> threads =
                IntStream.range(0, 64)
                        .mapToObj(i ->
                                Thread.ofVirtual()
                                        .start(() -> {
                                            for (int n = 0; n < 500; n++) {
                                                gate.request(null).await();
                                                unguarded[0]++;
                                                gate.leave();
                                            }
                                        }))
                        .toList();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(unguarded[0], is(64 * 500));
    }

    @Test
    void refusesMoreThanMayWait() throws Exception {
        InputGate narrow = new InputGate(Waiting.system(), 1);
        narrow.request(null).await();
        Thread waiter = startQueued(narrow, () -> {});

        assertThrows(RejectedExecutionException.class, () -> narrow.request(null));

        narrow.leave();
        waiter.join();
    }

    @Test
    void closesBehindTheLastOneWhoMayGoOutAndComeBack() throws Exception {
        assertThat(gate.closeBehindMeIf(() -> false), is(false));
        assertThat(gate.closeBehindMeIf(() -> true), is(true));

        gate.goOut();
        assertThat(gate.request(null).isRefused(), is(true));
        assertThat(gate.comeBack(null), is(true));
        gate.goOut();
        gate.close();

        assertThat(gate.comeBack(null), is(false));
    }

    @Test
    void letsAThreadThatWasInsideQueueBeyondTheBound() throws Exception {
        InputGate narrow = new InputGate(Waiting.system(), 1);
        narrow.request(null).await();
        Thread waiter = startQueued(narrow, () -> {});
        CompletableFuture<Boolean> again = new CompletableFuture<>();
        Thread returning =
                Thread.ofVirtual()
                        .start(() -> {
                            again.complete(narrow.comeBack(null));
                            narrow.leave();
                        });

        awaitWaiting(returning);
        narrow.leave();

        assertThat(again.get(10, TimeUnit.SECONDS), is(true));
        waiter.join();
    }

    @Test
    void sendsEverybodyAwayWhenItCloses() throws Exception {
        gate.request(null).await();
        CompletableFuture<Boolean> entered = new CompletableFuture<>();
        Thread waiter =
                Thread.ofVirtual().start(() -> entered.complete(gate.request(null).await()));
        awaitWaiting(waiter);

        gate.close();

        assertThat(entered.get(10, TimeUnit.SECONDS), is(false));
        assertThat(gate.request(null).await(), is(false));
        gate.leave();
    }

    @Test
    void givesUpThePlaceOfAnInterruptedThread() throws Exception {
        gate.request(null).await();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread waiter =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                gate.request(null).awaitInterruptibly();
                                interrupted.complete(false);
                            } catch (InterruptedException e) {
                                interrupted.complete(true);
                            }
                        });
        awaitWaiting(waiter);

        waiter.interrupt();

        assertThat(interrupted.get(10, TimeUnit.SECONDS), is(true));
        gate.leave();
        assertThat("nobody was let in", gate.request(null).await(), is(true));
        gate.leave();
    }

    @Test
    void keepsAnInterruptForLaterWhenTheThreadMustComeBack() throws Exception {
        gate.request(null).await();
        CompletableFuture<Boolean> keptInterrupt = new CompletableFuture<>();
        Thread returning =
                Thread.ofVirtual()
                        .start(() -> {
                            boolean entered = gate.comeBack(null);
                            keptInterrupt.complete(entered && Thread.interrupted());
                            gate.leave();
                        });
        awaitWaiting(returning);

        returning.interrupt();
        gate.leave();

        assertThat(keptInterrupt.get(10, TimeUnit.SECONDS), is(true));
        returning.join();
    }

    @Test
    void anInterruptedThreadWaitsUntilItMayCloseTheGate() throws Exception {
        gate.request(null).await();
        CompletableFuture<List<Boolean>> outcome = new CompletableFuture<>();
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
        Thread closing =
                Thread.ofVirtual()
                        .start(() -> {
                            Thread.currentThread().interrupt();
                            boolean isInside = gate.closeBehindMeUntil(deadline);
                            outcome.complete(List.of(isInside, Thread.interrupted()));
                        });

        awaitState(closing, Thread.State.TIMED_WAITING); // It does not spin.
        gate.leave();

        assertThat(
                "is inside, and interrupted",
                outcome.get(10, TimeUnit.SECONDS),
                is(List.of(true, true)));
    }

    private Thread startQueued(Runnable inside) throws InterruptedException {
        return startQueued(gate, inside);
    }

    /// Starts a thread and returns when it has its place in the queue.
    private static Thread startQueued(InputGate gate, Runnable inside) throws InterruptedException {
        CountDownLatch queued = new CountDownLatch(1);
        Thread thread =
                Thread.ofVirtual()
                        .start(() -> {
                            InputGate.Ticket ticket = gate.request(null);
                            queued.countDown();
                            ticket.await();
                            inside.run();
                            gate.leave();
                        });
        queued.await();
        return thread;
    }

    private static void awaitWaiting(Thread thread) {
        awaitState(thread, Thread.State.WAITING);
    }

    private static void awaitState(Thread thread, Thread.State state) {
        while (thread.getState() != state) {
            Thread.onSpinWait();
        }
    }
}
