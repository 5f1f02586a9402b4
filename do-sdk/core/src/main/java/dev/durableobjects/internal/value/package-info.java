/// What the layers above ask of the language: records taken apart, method handles called, and text
/// checked against Unicode. The lowest layer; it knows nothing of objects and engines.
@NullMarked
package dev.durableobjects.internal.value;

import org.jspecify.annotations.NullMarked;
