package dev.durableobjects.runtime;

import java.util.List;

/// Whether a runtime can do its work, and if not, what is in its way: for a load balancer, a
/// process manager or an alert. [MountConfig#health] serves it over HTTP.
///
/// It tells of the node. What concerns one object only, such as a damaged database, reaches the
/// callers of that object; a deleted database is reported here, too, because only an operator can
/// help. Immutable.
///
/// @param problems all that there are, empty if the runtime is well
public record Health(List<Problem> problems) {

    /// How much of its work a runtime can do, from better to worse.
    public enum Status {
        /// All of it.
        HEALTHY,
        /// All of it, but somebody should look.
        DEGRADED,
        /// No calls, or no commits: send them elsewhere.
        FAILED
    }

    /// What may be in the way.
    public enum Reason {
        /// The runtime is closing or closed.
        CLOSING(Status.FAILED),
        /// A write or a sync of the journal failed. Nothing is acknowledged any more; start the
        /// process again once the disk is well.
        JOURNAL_FAILED(Status.FAILED),
        /// Commits time out because a sync does not end. It may still end.
        JOURNAL_LATE(Status.FAILED),
        /// The journal has grown beyond its bound, because a database cannot be checkpointed.
        JOURNAL_LONG(Status.DEGRADED),
        /// The index of objects cannot be read or written. Calls and commits go on, alarms and
        /// schedules wait until it can be; if it cannot by itself, start the process again.
        INDEX_FAILED(Status.DEGRADED),
        /// Objects that were written were called, and their databases are not there: somebody has
        /// deleted the files. The message says what lets them be used again. Others are not
        /// affected.
        DATABASE_MISSING(Status.DEGRADED),
        /// History cannot be sorted into the files of the objects, so it grows, and some moments
        /// may be out of reach. Calls, commits and what the objects hold now are not affected.
        HISTORY_FAILED(Status.DEGRADED),
        /// Less is free on the disk than `Limit.FREE_DISK_MIB`.
        DISK_LOW(Status.DEGRADED);

        private final Status status;

        Reason(Status status) {
            this.status = status;
        }

        /// Returns the best status that a runtime with this problem can have.
        public Status status() {
            return status;
        }
    }

    /// One thing that is in the way.
    ///
    /// @param message for the operator; it names files
    public record Problem(Reason reason, String message) {}

    /// Makes a copy of the problems.
    public Health {
        problems = List.copyOf(problems);
    }

    /// Returns how much of its work the runtime can do.
    public Status status() {
        Status worst = Status.HEALTHY;
        for (Problem problem : problems) {
            Status status = problem.reason().status();
            worst = status.compareTo(worst) > 0 ? status : worst;
        }
        return worst;
    }
}
