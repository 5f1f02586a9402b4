package dev.durableobjects.internal.journal;

import java.time.Duration;
import java.util.Map;

/// For how long what was is kept. Immutable.
///
/// @param retention by the unique key of a namespace; zero keeps nothing
/// @param standard for namespaces that are not among these
/// @param bytesMax of all objects together
/// @param objectBytesMax of one object
public record HistoryRules(
        Map<String, Duration> retention, Duration standard, long bytesMax, long objectBytesMax) {

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
