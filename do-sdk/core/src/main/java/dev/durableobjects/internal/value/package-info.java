/// What a record is, seen from outside: its components and its constructor. The lowest layer; it
/// knows nothing of objects and engines.
@NullMarked
package dev.durableobjects.internal.value;

import org.jspecify.annotations.NullMarked;
