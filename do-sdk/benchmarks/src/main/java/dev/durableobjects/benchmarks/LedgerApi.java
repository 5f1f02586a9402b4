package dev.durableobjects.benchmarks;

/// Repeats one query inside of one event. The same interface is answered by an object and by JDBC
/// alone, so that the two do the same. Public, since JMH's classes are in another package.
public interface LedgerApi {

    /// Makes the table and its rows.
    void fill(int rows);

    /// Reads single rows by their key.
    ///
    /// @return the length of all texts read
    long points(int count);

    /// Reads all rows.
    ///
    /// @return the length of all texts and the sum of all numbers read
    long scans(int count);

    /// Inserts or updates single rows by their key.
    ///
    /// @return the number of rows written
    long upserts(int count);

    /// Reads single values by their key.
    ///
    /// @return the length of all values read
    long gets(int count);

    /// Puts single values by their key.
    ///
    /// @return the number of values put
    long puts(int count);
}
