package dev.durableobjects.sql;

/// What SQL the objects of a namespace may run, and how large it may be.
///
/// Under both policies an object may not touch what the runtime relies on: transactions by
/// statement, other files, temporary tables, the runtime's own tables, and settings of the
/// connection are refused with `SQLITE_AUTH`. Immutable.
public enum SqlPolicy {
    /// What Cloudflare allows: its lists of functions, PRAGMAs and virtual tables, and its limits,
    /// among them 100 bindings and 100 columns. What runs here runs there.
    CLOUDFLARE,
    /// Every function and virtual table that SQLite was built with, more PRAGMAs, among them
    /// `user_version`, and limits that stop only accidents: 32,766 bindings, 2,000 columns.
    OPEN
}
