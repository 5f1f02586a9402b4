package dev.durableobjects.benchmarks.seats;

import dev.durableobjects.DurableObjectNamespace;
import dev.durableobjects.benchmarks.Report;
import dev.durableobjects.runtime.DurableObjects;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/// Commits of many objects by many threads, so that one sync serves many of them. Stateless.
final class Load {

    private Load() {}

    /// Makes flights, with a write each.
    static void make(DurableObjects objects, int count, int threads) {
        long begin = System.nanoTime();
        bump(objects, threads, i -> i < count);
        double seconds = (double) (System.nanoTime() - begin) / TimeUnit.SECONDS.toNanos(1);
        Report.line("%,d objects made, %,.0f per second".formatted(count, count / seconds));
    }

    /// Writes to flights in turn until the journal has so many bytes.
    static void fill(DurableObjects objects, int flights, int threads, long bytes) {
        Path journal = objects.directory().resolve("journal");
        AtomicBoolean isFull = new AtomicBoolean();
        bump(
                objects,
                threads,
                flights,
                i -> {
                    if (i % 100 == 0 && size(journal) >= bytes) {
                        isFull.set(true);
                    }
                    return !isFull.get();
                });
    }

    /// Returns how many bytes the files in a directory have.
    static long size(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void bump(DurableObjects objects, int threads, IntPredicate goesOn) {
        bump(objects, threads, Integer.MAX_VALUE, goesOn);
    }

    private static void bump(
            DurableObjects objects, int threads, int flights, IntPredicate goesOn) {
        DurableObjectNamespace<FlightApi> namespace = objects.env().namespace(SeatServer.FLIGHT);
        AtomicInteger next = new AtomicInteger();
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            writers.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                int number = next.getAndIncrement();
                                while (goesOn.test(number)) {
                                    String name = "flight " + number % flights;
                                    namespace.getByName(name).rpc().bump();
                                    number = next.getAndIncrement();
                                }
                            }));
        }
        for (Thread writer : writers) {
            join(writer);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
