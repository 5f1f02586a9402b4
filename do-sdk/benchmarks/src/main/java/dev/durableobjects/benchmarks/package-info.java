/// What calls, queries, long queries and many objects cost. `docs/benchmarks.md` says how to run
/// these programs and what they showed.
@NullMarked
package dev.durableobjects.benchmarks;

import org.jspecify.annotations.NullMarked;
