package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.journal.Redo;

/// How the commits of a database become durable: through the journal, not by syncs of its own.
///
/// @param redo what the journal has for databases
/// @param file the path of this one in the data directory, with slashes
public record Journaling(Redo redo, String file) {}
