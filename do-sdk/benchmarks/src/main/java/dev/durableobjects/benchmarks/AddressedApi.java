package dev.durableobjects.benchmarks;

/// What is asked of each of very many objects.
interface AddressedApi {

    /// Returns how often this object was addressed in its present life.
    int ping();
}
