package dev.durableobjects.operations;

import dev.durableobjects.Bookmark;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The objects of one data directory, as an operator sees them: of a running node, or of a
/// directory that nobody uses.
///
///     try (Operations operations = Operations.open(Path.of("data"))) {
///         StoredObject flight = operations.find("FLIGHT", "LH-400");
///         operations.exportObject(flight, Path.of("lh-400.sqlite"));
///     }
///
/// The classes of the objects are not needed, and no code of theirs runs here: what an object is
/// put to, it finds when it starts. A running node gives the same with
/// `DurableObjects.operations()`; then an object in memory is reset by whatever changes it, before
/// the call returns: callers under way get a `DurableObjectException` of the kind `ABORTED`, its
/// WebSockets end, and what was acknowledged before is in its history. A change is durable when its
/// call returns.
///
/// A change throws a `DurableObjectException` if the object in memory could not be reached; if it
/// was prepared already, the object has it at its next start. It throws an `IllegalStateException`
/// if the calling thread is inside of an object. Safe for use by many threads.
///
/// @see OperationException what all of these throw for a wrong name, id or file
public interface Operations extends AutoCloseable {

    /// Opens a data directory that no process uses. It is locked until [#close], and history keeps
    /// all that it has: what is too old goes when a program serves the directory again.
    ///
    /// @throws OperationException if there is no data directory
    /// @throws IllegalStateException if a process uses it, or if its format is another one
    /// @throws java.io.UncheckedIOException if it cannot be read or written, or is damaged
    static Operations open(Path directory) {
        return UnusedDirectory.open(directory);
    }

    /// Returns the namespaces, by name: all that the directory was ever used with, also those that
    /// have no objects.
    List<StoredNamespace> namespaces();

    /// Lists objects: first those whose name is known, in the order of the bytes of their names in
    /// UTF-8, then the others by their ids.
    ///
    /// An object is listed from its first commit on until [#delete]. What was committed before the
    /// call is seen. Pages that follow each other are not of one moment: what is there all the time
    /// is listed exactly once, what comes or goes meanwhile at most once.
    ///
    /// @throws OperationException if there is no such namespace, or the cursor is none of this
    ///   listing
    ObjectPage list(ObjectQuery query);

    /// Finds an object that is stored.
    ///
    /// @param namespace the name of its binding
    /// @param nameOrId its name, or 64 hexadecimal digits that are an id of the namespace
    /// @throws OperationException if there is no such namespace, or nothing is stored of the object
    StoredObject find(String namespace, String nameOrId);

    /// Names an object, which need not be stored yet.
    ///
    /// @param namespace the name of its binding
    /// @param nameOrId its name, or 64 hexadecimal digits that are an id of the namespace
    /// @throws OperationException if there is no such namespace
    /// @throws IllegalArgumentException if the name has half of a surrogate pair
    StoredObject object(String namespace, String nameOrId);

    /// Writes what an object holds now into a plain SQLite file, which any tool opens: all that is
    /// durable when the call begins, of one moment between two commits. Others may use the object
    /// meanwhile. The keys, values, alarms and schedules are in tables that begin with `_cf_` and
    /// `_do_`.
    ///
    /// @param target a file that does not exist, in a directory that does; it is not there before
    ///   it is whole and durable
    /// @throws OperationException if nothing is stored of the object, or the target is wrong
    /// @throws java.io.UncheckedIOException if the object cannot be read, or the target not be
    ///   written
    void exportObject(StoredObject object, Path target);

    /// Writes what an object held at a time, as [#exportObject(StoredObject, Path)].
    ///
    /// @throws dev.durableobjects.BookmarkException if that is not known
    /// @throws OperationException if there was no object, or the target is wrong
    void exportObject(StoredObject object, Instant at, Path target);

    /// Makes an object become what a SQLite file holds, with its alarm and its schedules, as one
    /// commit. The object need not have been there. The file is read by this call and not changed.
    ///
    /// @param source a SQLite database that nobody writes, with UTF-8 texts, of any page size
    /// @return what puts the object back to what it was just before, if its namespace keeps history
    /// @throws OperationException if the source cannot become the object
    Optional<Bookmark> importObject(StoredObject object, Path source);

    /// Puts an object back to what it was at a time, the last moment at or before it. Its alarm and
    /// its schedules stay as they are.
    ///
    /// @return what puts the object back to what it was just before
    /// @throws dev.durableobjects.BookmarkException if that is not known
    /// @throws OperationException if the object held nothing then; [#delete] makes it hold nothing
    Bookmark rewind(StoredObject object, Instant to);

    /// Puts an object back to a moment of its own, as [#rewind(StoredObject, Instant)].
    ///
    /// @throws dev.durableobjects.BookmarkException if the bookmark is not good for the object
    Bookmark rewind(StoredObject object, Bookmark to);

    /// Deletes all that an object holds, its alarm and its schedules too, and takes it out of
    /// listings. Its history stays, as long as its namespace keeps it. A later call of the object
    /// finds it as new.
    ///
    /// @return what puts the object back to what it was just before, if its namespace keeps history
    /// @throws OperationException if nothing is stored of the object
    Optional<Bookmark> delete(StoredObject object);

    /// Makes a backup of all objects, of one moment: it has all that was acknowledged before. The
    /// node goes on serving. What has not changed since the newest backup in the same directory is
    /// shared with it.
    ///
    /// @param target the directory of all backups of the data directory, outside of it
    /// @throws IllegalArgumentException if the target is in the data directory
    /// @throws IllegalStateException if another backup is under way, the runtime closes, or the
    ///   calling thread is inside of an object
    /// @throws java.io.UncheckedIOException if something cannot be read or written; then there is
    ///   no such backup, and those before it are as they were
    Backup backup(Path target, Progress progress);

    /// Lets the directory go, if it was opened here. The operations of a running node end with it,
    /// and this does nothing.
    @Override
    void close();
}
