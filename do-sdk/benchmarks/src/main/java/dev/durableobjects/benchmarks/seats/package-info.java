/// The servers that are measured side by side: the same seats and the same counter, once on the SDK
/// and once by hand on Helidon and sqlite-jdbc.
@NullMarked
package dev.durableobjects.benchmarks.seats;

import org.jspecify.annotations.NullMarked;
