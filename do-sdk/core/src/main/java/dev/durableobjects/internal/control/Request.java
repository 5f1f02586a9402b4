package dev.durableobjects.internal.control;

import dev.durableobjects.Bookmark;
import dev.durableobjects.operations.ObjectPage;
import dev.durableobjects.operations.ObjectQuery;
import dev.durableobjects.operations.Operations;
import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.StoredObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What the command asks for. It is carried out by the process that has the data directory: the
/// node that serves it, or the command itself. Paths are absolute. Immutable.
///
/// @param <R> what it gives
public sealed interface Request<R extends Record> {

    /// Returns the class of what it gives.
    Class<R> result();

    /// Carries it out. A change is told in the log.
    ///
    /// @param progress told how far it is, if it takes long
    R run(Operations operations, Progress progress);

    /// Lists the namespaces.
    record ListNamespaces() implements Request<Results.Namespaces> {

        @Override
        public Class<Results.Namespaces> result() {
            return Results.Namespaces.class;
        }

        @Override
        public Results.Namespaces run(Operations operations, Progress progress) {
            return new Results.Namespaces(operations.namespaces());
        }
    }

    /// Lists objects.
    ///
    /// @param namespace the name of its binding
    /// @param prefix of the names
    /// @param cursor of the page before
    /// @param limit of the page
    record ListObjects(String namespace, String prefix, Optional<String> cursor, int limit)
            implements Request<Results.Objects> {

        @Override
        public Class<Results.Objects> result() {
            return Results.Objects.class;
        }

        @Override
        public Results.Objects run(Operations operations, Progress progress) {
            ObjectQuery query = ObjectQuery.of(namespace).prefix(prefix).limit(limit);
            ObjectPage page = operations.list(cursor.map(query::after).orElse(query));
            List<Results.Item> items = page.objects().stream().map(Results.Item::of).toList();
            return new Results.Objects(items, page.cursor());
        }
    }

    /// Writes an object into a file.
    ///
    /// @param namespace the name of its binding
    /// @param object the name or the id
    /// @param at the moment, empty for now
    /// @param target the file
    record ExportObject(String namespace, String object, Optional<Instant> at, String target)
            implements Request<Results.Exported> {

        @Override
        public Class<Results.Exported> result() {
            return Results.Exported.class;
        }

        @Override
        public Results.Exported run(Operations operations, Progress progress) {
            // What was deleted meanwhile can still be looked at.
            StoredObject found =
                    at.isPresent()
                            ? operations.object(namespace, object)
                            : operations.find(namespace, object);
            Path file = Path.of(target);
            at.ifPresentOrElse(
                    moment -> operations.exportObject(found, moment, file),
                    () -> operations.exportObject(found, file));
            return new Results.Exported(Results.Item.of(found), target, size(file), at);
        }

        private static long size(Path file) {
            try {
                return Files.size(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// Makes an object of a file.
    ///
    /// @param namespace the name of its binding
    /// @param object the name or the id
    /// @param source the file
    record ImportObject(String namespace, String object, String source)
            implements Request<Results.Changed> {

        /// As long as an id, give or take a few digits.
        private static final String LIKE_AN_ID = "[0-9A-Fa-f]{56,72}";

        @Override
        public Class<Results.Changed> result() {
            return Results.Changed.class;
        }

        @Override
        public Results.Changed run(Operations operations, Progress progress) {
            StoredObject known = operations.object(namespace, object);
            boolean isId = known.id().toString().equalsIgnoreCase(object);
            if (!isId && object.matches(LIKE_AN_ID)) {
                operations.find(namespace, object); // A mistyped id must make no new object.
            }
            Optional<Bookmark> undo = operations.importObject(known, Path.of(source));
            return Results.Changed.of(known, undo);
        }
    }

    /// Puts an object back to a time.
    ///
    /// @param namespace the name of its binding
    /// @param object the name or the id
    /// @param to the time
    record RewindToTime(String namespace, String object, Instant to)
            implements Request<Results.Changed> {

        @Override
        public Class<Results.Changed> result() {
            return Results.Changed.class;
        }

        @Override
        public Results.Changed run(Operations operations, Progress progress) {
            StoredObject known = operations.object(namespace, object);
            return Results.Changed.of(known, Optional.of(operations.rewind(known, to)));
        }
    }

    /// Puts an object back to a bookmark.
    ///
    /// @param namespace the name of its binding
    /// @param object the name or the id
    /// @param to the text of the bookmark
    record RewindToBookmark(String namespace, String object, String to)
            implements Request<Results.Changed> {

        @Override
        public Class<Results.Changed> result() {
            return Results.Changed.class;
        }

        @Override
        public Results.Changed run(Operations operations, Progress progress) {
            StoredObject known = operations.object(namespace, object);
            Bookmark undo = operations.rewind(known, new Bookmark(to));
            return Results.Changed.of(known, Optional.of(undo));
        }
    }

    /// Makes a backup.
    ///
    /// @param target the directory of all backups
    record BackUp(String target) implements Request<Results.BackedUp> {

        @Override
        public Class<Results.BackedUp> result() {
            return Results.BackedUp.class;
        }

        @Override
        public Results.BackedUp run(Operations operations, Progress progress) {
            return Results.BackedUp.of(operations.backup(Path.of(target), progress));
        }
    }

    /// Deletes what an object holds.
    ///
    /// @param namespace the name of its binding
    /// @param object the name or the id
    record DeleteObject(String namespace, String object) implements Request<Results.Changed> {

        @Override
        public Class<Results.Changed> result() {
            return Results.Changed.class;
        }

        @Override
        public Results.Changed run(Operations operations, Progress progress) {
            StoredObject found = operations.find(namespace, object);
            return Results.Changed.of(found, operations.delete(found));
        }
    }
}
