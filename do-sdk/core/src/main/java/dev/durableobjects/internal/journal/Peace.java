package dev.durableobjects.internal.journal;

import dev.durableobjects.internal.gate.Latch;
import dev.durableobjects.internal.gate.Waiting;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Work with files on a thread that nobody interrupts: an interrupt closes channels. Stateless.
final class Peace {

    private static final long LOOK_NANOS = TimeUnit.DAYS.toNanos(1);

    private Peace() {}

    /// Reads and writes files.
    @FunctionalInterface
    interface Work<R> {

        R run() throws IOException;
    }

    /// Does the work, and returns when it is done. An interrupt of the caller waits.
    ///
    /// @param starter starts the thread
    static <R> R run(Waiting waiting, Consumer<Runnable> starter, Work<R> work) throws IOException {
        AtomicReference<@Nullable R> result = new AtomicReference<>();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Latch done = new Latch(waiting);
        starter.accept(() -> {
            try {
                result.set(work.run());
            } catch (Throwable e) { // The caller throws it.
                failure.set(e);
            } finally {
                done.open();
            }
        });
        boolean isDone = false;
        while (!isDone) {
            isDone = done.awaitUntil(waiting.nanoTime() + LOOK_NANOS);
        }
        switch (failure.get()) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case IOException e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
        return Optional.ofNullable(result.get()).orElseThrow();
    }
}
