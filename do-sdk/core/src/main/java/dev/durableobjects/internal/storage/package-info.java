/// One SQLite database per object: statements, rows, the event's transaction, files.
///
/// The door is [dev.durableobjects.internal.storage.ObjectDatabase]. Native calls happen in this
/// package only, because they pin the virtual thread's carrier.
@NullMarked
package dev.durableobjects.internal.storage;

import org.jspecify.annotations.NullMarked;
