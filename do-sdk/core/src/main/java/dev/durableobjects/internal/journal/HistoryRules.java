package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/// For how long what was is kept. Immutable.
///
/// @param retention by the unique key of a namespace; zero keeps nothing
/// @param standard for namespaces that are not among these
/// @param bytesMax of all objects together
/// @param objectBytesMax of one object
/// @param isFrozen whether nothing is sorted or forgotten
public record HistoryRules(
        Map<String, Duration> retention,
        Duration standard,
        long bytesMax,
        long objectBytesMax,
        boolean isFrozen) {

    private static final Duration CENTURY = Duration.ofDays(36_525);

    /// Makes the rules of a program that serves a data directory.
    public HistoryRules(
            Map<String, Duration> retention,
            Duration standard,
            long bytesMax,
            long objectBytesMax) {
        this(retention, standard, bytesMax, objectBytesMax, false);
    }

    /// Returns rules for a data directory that nobody serves: where history has begun it goes on,
    /// and all of it stays as it is.
    public static HistoryRules asFound(Path root) throws IOException {
        Map<String, Duration> begun =
                Beginnings.read(root.resolve(Archive.DIRECTORY)).stream()
                        .collect(Collectors.toMap(key -> key, key -> CENTURY));
        return new HistoryRules(begun, Duration.ZERO, Long.MAX_VALUE, Long.MAX_VALUE, true);
    }

    /// Returns rules by which nothing is kept.
    public static HistoryRules off() {
        return new HistoryRules(Map.of(), Duration.ZERO, 1, 1);
    }

    /// Returns for how long the past of a database is kept.
    ///
    /// @param file its path in the data directory
    Duration retention(String file) {
        return retention.getOrDefault(key(file), standard);
    }

    /// Returns whether nothing is kept of any database.
    boolean isOff() {
        return standard.isZero() && retention.values().stream().allMatch(Duration::isZero);
    }

    /// Returns the unique key of the namespace of a database.
    static String key(String file) {
        int begin = file.indexOf('/') + 1;
        return file.substring(begin, Math.max(begin, file.indexOf('/', begin)));
    }
}
