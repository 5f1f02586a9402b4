package dev.durableobjects.benchmarks;

/// What is called to see what calling costs. Public, since JMH's classes are in another package.
public interface CalleeApi {

    /// Does nothing.
    void nothing();

    /// Returns a record of its arguments.
    Booking book(String seat, int passengers);

    /// Takes the next call of a caller.
    ///
    /// @param sequence the number of the call among those of its caller, from 1
    /// @return the number of the call among those of all callers, from 1
    /// @throws IllegalStateException if a call of this caller is missing, doubled or out of order
    long next(int caller, long sequence);

    /// Checks that the calls of all callers add up.
    ///
    /// @throws IllegalStateException if two calls ran at the same time and one was not counted
    void checkTotal();

    /// A result that crosses as it is, since it cannot change.
    ///
    /// @param seat the first argument
    /// @param passengers the second argument
    record Booking(String seat, int passengers) {}
}
