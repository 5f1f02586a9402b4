/// Lets the command reach the node that serves a data directory: a UNIX domain socket in that
/// directory, one line of JSON there and lines of JSON back.
///
/// Start at [dev.durableobjects.internal.control.ControlServer].
@NullMarked
package dev.durableobjects.internal.control;

import org.jspecify.annotations.NullMarked;
