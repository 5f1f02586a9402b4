package dev.durableobjects.benchmarks;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/// Prints what a program found. Its lines are what the program is run for, so they go to the
/// standard output, not to a log.
public final class Report {

    private static final double NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private Report() {}

    /// Prints the machine, so that numbers are not read without it.
    public static void machine() {
        line(
                "%s, %d processors, Java %s"
                        .formatted(
                                System.getProperty("os.arch"),
                                Runtime.getRuntime().availableProcessors(),
                                Runtime.version().feature()));
    }

    /// Prints a line.
    public static void line(String text) {
        IO.println(text);
    }

    /// Prints durations, whose longest says whether a goal is met.
    public static void durations(String what, long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        line(
                "%-52s %4d times, median %6.2f ms, 99%% %6.2f ms, longest %6.2f ms"
                        .formatted(
                                what,
                                sorted.length,
                                sorted[sorted.length / 2] / NANOS_PER_MILLI,
                                sorted[(int) (sorted.length * 0.99)] / NANOS_PER_MILLI,
                                sorted[sorted.length - 1] / NANOS_PER_MILLI));
    }
}
