package dev.durableobjects.internal.control;

import dev.durableobjects.Bookmark;
import dev.durableobjects.json.Json;
import dev.durableobjects.operations.Backup;
import dev.durableobjects.operations.StoredObject;
import java.util.Optional;

/// Tells the log what an operator has changed: one line each. Stateless.
final class Changes {

    private static final System.Logger LOGGER = System.getLogger(Changes.class.getName());

    private Changes() {}

    /// Tells of a backup, and returns what the command is told.
    static Results.BackedUp told(Backup backup) {
        LOGGER.log(
                System.Logger.Level.INFO,
                "an operator has made the backup {0}: {1} files, {2} bytes, {3} of them copied",
                backup.directory(),
                String.valueOf(backup.files()),
                String.valueOf(backup.bytes()),
                String.valueOf(backup.copiedBytes()));
        return Results.BackedUp.of(backup);
    }

    /// Tells of a change to an object, and returns what the command is told.
    static Results.Changed told(String what, StoredObject object, Optional<Bookmark> undo) {
        LOGGER.log(
                System.Logger.Level.INFO,
                "an operator has {0} object {1} of namespace {2}; {3}",
                what,
                // As JSON, so that a name with a line feed in it makes no second line.
                Json.text(object.id().name().orElseGet(object.id()::toString)),
                object.namespace(),
                undo.map(bookmark -> "rewind to " + bookmark + " undoes it")
                        .orElse("there is no history to undo it"));
        return new Results.Changed(Results.Item.of(object), undo.map(Bookmark::value));
    }
}
