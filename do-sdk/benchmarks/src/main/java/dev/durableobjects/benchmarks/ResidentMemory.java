package dev.durableobjects.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The memory that this process occupies, as Linux counts it, and what of it is Java's heap.
public final class ResidentMemory {

    private static final double KIB_PER_MIB = 1024;

    private ResidentMemory() {}

    /// Returns the resident memory in MiB after a full garbage collection.
    public static double mib() {
        System.gc();
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .mapToObj(kib -> kib / KIB_PER_MIB)
                    .findFirst()
                    .orElseThrow(
                            () -> new IllegalStateException("this system does not tell VmRSS"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the memory of this process", e);
        }
    }

    /// Returns the part of the Java heap that is in use, in MiB; right behind [#mib] that is what
    /// lives.
    public static double heapMib() {
        return heapUsed() / KIB_PER_MIB / KIB_PER_MIB;
    }

    /// Returns the bytes of the Java heap that live.
    public static long heapBytes() {
        System.gc();
        System.gc(); // What the first has found to be dead is gone now.
        return heapUsed();
    }

    private static long heapUsed() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
