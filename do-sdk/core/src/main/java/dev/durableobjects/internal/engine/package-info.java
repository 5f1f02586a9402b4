/// Live objects: who is in memory, whose turn it is, and what happens at the end of a turn.
///
/// The door is [dev.durableobjects.internal.engine.ObjectDirectory].
@NullMarked
package dev.durableobjects.internal.engine;

import org.jspecify.annotations.NullMarked;
