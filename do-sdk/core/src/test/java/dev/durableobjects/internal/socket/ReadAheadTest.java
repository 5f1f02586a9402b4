package dev.durableobjects.internal.socket;

import static java.util.Objects.requireNonNull;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.websocket.WebSocketMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReadAheadTest {

    private static final int EVENTS = 3_000;

    @Test
    void oneThreadReadsAtATimeAndEventsKeepTheirOrder() throws Exception {
        long seed = System.nanoTime();
        Numbers numbers = new Numbers(seed);
        ReadAhead events = new ReadAhead(Waiting.system(), numbers);
        AtomicBoolean over = new AtomicBoolean();
        Thread watcher =
                Thread.ofVirtual()
                        .start(() -> {
                            while (!over.get()) {
                                events.look(true);
                                Waiting.system().giveWay();
                            }
                        });
        Random random = new Random(seed);

        List<Integer> heard = new ArrayList<>();
        while (heard.size() < EVENTS) {
            Heard next = events.next();
            events.enter();
            next.event().accept(new Recording(heard));
            for (int i = random.nextInt(20); i > 0; i--) {
                Waiting.system().giveWay();
            }
            events.leave();
        }
        over.set(true);
        watcher.join();

        String about = "seed " + seed;
        assertThat(about, heard, is(numbers.all.subList(0, EVENTS)));
        assertThat(about, numbers.isDisturbed.get(), is(false));
        assertThat(about, numbers.wasReadAhead.get(), is(true));
    }

    @Test
    void theFirstFrameAfterTheHandlerBringsTheOwnerBack() throws Exception {
        Frames frames = new Frames();
        ReadAhead events = new ReadAhead(Waiting.system(), frames);
        Thread owner = Thread.currentThread();
        events.enter();
        events.look(true);
        events.look(true);
        frames.come(new Frames.Next(null));
        Thread other = frames.reader();
        frames.awaitReads(2);

        events.leave();
        frames.come(new Frames.Next(null));
        frames.come(new Frames.Next(Heard.message(listener -> {})));
        events.next();

        assertThat("it reads in the handler", other.equals(owner), is(false));
        assertThat("and until something comes", frames.reader(), is(other));
        assertThat("then the owner does", frames.reader(), is(owner));
    }

    @Test
    void nobodyReadsWhileAMessageWaits() throws Exception {
        Frames frames = new Frames();
        ReadAhead events = new ReadAhead(Waiting.system(), frames);
        Heard first = Heard.message(listener -> {});
        events.enter();
        events.look(true);
        events.look(true);
        frames.come(new Frames.Next(first));
        while (!events.isHeldBack()) {
            Thread.onSpinWait();
        }
        events.look(true);
        events.look(true);
        events.leave();

        assertThat(events.next(), is(first));
        assertThat("read once", frames.reads(), is(1));
    }

    @Test
    void whoIsNotStartedIsNotWaitedFor() throws Exception {
        Frames frames = new Frames();
        ReadAhead events = new ReadAhead(new Exhausted(), frames);
        events.enter();
        events.look(true);
        CompletableFuture<Boolean> failed = new CompletableFuture<>();
        try {
            events.look(true);
        } catch (OutOfMemoryError e) {
            failed.complete(true);
        }
        events.leave();
        frames.come(new Frames.Next(Heard.message(listener -> {})));

        events.next();

        assertThat(failed.isDone(), is(true));
        assertThat(frames.reader(), is(Thread.currentThread()));
    }

    /// Reads numbers in their order, and control frames in between.
    private static final class Numbers implements ReadAhead.Source {

        private final List<Integer> all = new ArrayList<>();
        private final AtomicReference<@Nullable Thread> reading = new AtomicReference<>();
        private final AtomicBoolean isDisturbed = new AtomicBoolean();
        private final AtomicBoolean wasReadAhead = new AtomicBoolean();
        private final Thread owner = Thread.currentThread();
        private final Random random;

        Numbers(long seed) {
            this.random = new Random(seed);
        }

        @Override
        public @Nullable Heard next() {
            Thread reader = Thread.currentThread();
            if (!reading.compareAndSet(null, reader)) {
                isDisturbed.set(true);
            }
            if (!reader.equals(owner)) {
                wasReadAhead.set(true);
            }
            Waiting.system().giveWay();
            Integer number = random.nextBoolean() ? all.size() : null;
            if (number != null) {
                all.add(number);
            }
            reading.set(null);
            return number == null
                    ? null
                    : Heard.message(listener -> ((Recording) listener).heard.add(number));
        }

        @Override
        public void close() {}
    }

    /// Reads what a test lets come.
    private static final class Frames implements ReadAhead.Source {

        private final LinkedBlockingQueue<Next> coming = new LinkedBlockingQueue<>();
        private final LinkedBlockingQueue<Thread> readers = new LinkedBlockingQueue<>();
        private final AtomicInteger reads = new AtomicInteger();

        void come(Next next) {
            coming.add(next);
        }

        /// Who has read the next frame.
        Thread reader() throws InterruptedException {
            return requireNonNull(readers.poll(30, TimeUnit.SECONDS));
        }

        /// How often somebody has begun to read.
        int reads() {
            return reads.get();
        }

        void awaitReads(int count) {
            while (reads() < count) {
                Thread.onSpinWait();
            }
        }

        @Override
        public @Nullable Heard next() {
            reads.incrementAndGet();
            try {
                Heard heard = coming.take().heard();
                readers.add(Thread.currentThread());
                return heard;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {}

        private record Next(@Nullable Heard heard) {}
    }

    /// Remembers numbers.
    private record Recording(List<Integer> heard) implements SocketListener {

        @Override
        public void check() {}

        @Override
        public void message(WebSocketMessage message) {}

        @Override
        public void closed(int code, String reason, boolean wasClean) {}

        @Override
        public void failed(Throwable error) {}
    }

    /// A machine that cannot start threads any more.
    private static final class Exhausted implements Waiting {

        @Override
        public void park(Object blocker) {
            Waiting.system().park(blocker);
        }

        @Override
        public void parkNanos(Object blocker, long nanos) {
            Waiting.system().parkNanos(blocker, nanos);
        }

        @Override
        public void giveWay() {}

        @Override
        public void unpark(Thread thread) {
            Waiting.system().unpark(thread);
        }

        @Override
        public Thread start(String name, Runnable body) {
            throw new OutOfMemoryError("no thread for " + name);
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }
    }
}
