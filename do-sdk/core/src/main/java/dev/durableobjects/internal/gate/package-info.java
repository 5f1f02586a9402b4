/// The two gates of an object and the one way in which the engine waits.
///
/// The *input gate* lets one event into an object at a time, first come first served. The *output
/// gate* holds what an event sends out until its writes are durable. Every wait goes through
/// [dev.durableobjects.internal.gate.Waiting], so that a simulation can decide who runs next.
@NullMarked
package dev.durableobjects.internal.gate;

import org.jspecify.annotations.NullMarked;
