/// What an operator does with a data directory: list, export, import, rewind and delete objects,
/// back up, restore and verify.
///
/// Start at [dev.durableobjects.operations.Operations].
@NullMarked
package dev.durableobjects.operations;

import org.jspecify.annotations.NullMarked;
