package dev.durableobjects.spi;

import dev.durableobjects.DurableObjectId;
import java.nio.file.Path;

/// A transaction that an object's database has committed, and that is not durable yet. Immutable.
///
/// @param object the object
/// @param wal the database's write-ahead log, whose content up to now is the commit
/// @param isFirst whether the database's files are new, so that their names must be made durable
///   too
public record Commit(DurableObjectId object, Path wal, boolean isFirst) {}
