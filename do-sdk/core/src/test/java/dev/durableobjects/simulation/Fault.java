package dev.durableobjects.simulation;

/// What is wrong with a simulated engine. A simulation that cannot find these finds nothing.
enum Fault {
    /// Nothing.
    NONE,
    /// The gate is released in the middle of a turn.
    HALF_TURNS,
    /// Critical sections let everybody in.
    OPEN_SECTIONS,
    /// Nobody waits until a commit is durable.
    NO_OUTPUT_GATE,
    /// Everybody waits for the commit before the right one.
    OFF_BY_ONE,
    /// The log says a commit is durable that the disk has not got.
    LYING_DISK,
    /// Calls enter in another order than they were made.
    NO_ORDER
}
