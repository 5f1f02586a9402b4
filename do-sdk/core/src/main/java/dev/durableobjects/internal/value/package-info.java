/// Values seen from outside: the components and the constructor of a record, called through method
/// handles, and the Unicode that databases and WebSockets ask of a text. The lowest layer; it knows
/// nothing of objects and engines.
@NullMarked
package dev.durableobjects.internal.value;

import org.jspecify.annotations.NullMarked;
