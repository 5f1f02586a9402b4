package dev.durableobjects.benchmarks;

/// What objects do while others are in long queries.
interface StallApi {

    /// Queries until the limit of a statement ends it.
    ///
    /// @throws dev.durableobjects.sql.SqlStorageException always, at the limit
    void queryForLong();

    /// Writes one row, and returns when it is durable.
    void write();

    /// Answers without SQL.
    int ping();
}
