/// Writes backups of a data directory, and makes data directories of them.
@NullMarked
package dev.durableobjects.internal.backup;

import org.jspecify.annotations.NullMarked;
