package dev.durableobjects.operations;

import java.util.List;

/// What a verification has found. Immutable.
///
/// @param findings in the order in which they were found, at most 10 000: the first is often the
///   cause of those behind it
/// @param found how many there were
/// @param objects how many objects were checked
/// @param journalFiles how many files of the journal were read, with those that are history
/// @param bytes of all files together
public record VerifyReport(
        List<Finding> findings, long found, long objects, long journalFiles, long bytes) {

    /// Makes a report.
    public VerifyReport {
        findings = List.copyOf(findings);
    }

    /// Returns whether nothing was found.
    public boolean isHealthy() {
        return found == 0;
    }
}
