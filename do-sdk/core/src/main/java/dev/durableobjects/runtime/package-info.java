/// Starts the runtime and puts a Worker on a web server. The only place that knows all parts.
///
/// Start at [dev.durableobjects.runtime.DurableObjects].
@NullMarked
package dev.durableobjects.runtime;

import org.jspecify.annotations.NullMarked;
