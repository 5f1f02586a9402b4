package dev.durableobjects.internal.storage;

/// A transaction inside the event's. Only the object's thread may use it.
final class Savepoint {

    /// Who opened it.
    enum Kind {
        /// `transactionSync`: it ends before the event waits for anything.
        SYNCHRONOUS,
        /// `transaction`: others are kept out while the event waits.
        SPANNING,
        /// A JDBC client.
        CLIENT
    }

    private final Kind kind;
    private final String name;
    private final Written before;

    /// Makes one that is not opened yet.
    ///
    /// @param name its name in SQL
    /// @param before what the event had written before
    Savepoint(Kind kind, String name, Written before) {
        this.kind = kind;
        this.name = name;
        this.before = before;
    }

    /// Returns whether it spans what the event waits for.
    boolean isSpanning() {
        return kind == Kind.SPANNING;
    }

    String name() {
        return name;
    }

    /// Returns what the event had written before.
    Written before() {
        return before;
    }
}
