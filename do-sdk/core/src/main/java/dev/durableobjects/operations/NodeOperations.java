package dev.durableobjects.operations;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.Bookmark;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.engine.IdDerivation;
import dev.durableobjects.internal.engine.Interventions;
import dev.durableobjects.internal.engine.Node;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.journal.History;
import dev.durableobjects.internal.journal.Journal;
import dev.durableobjects.internal.journal.Restores;
import dev.durableobjects.internal.storage.DataDirectory;
import dev.durableobjects.internal.storage.Journaling;
import dev.durableobjects.internal.storage.NodeIndex;
import dev.durableobjects.internal.storage.ObjectIndex;
import dev.durableobjects.internal.value.FileErrors;
import dev.durableobjects.internal.value.Unicode;
import dev.durableobjects.json.Json;
import dev.durableobjects.operations.OperationException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// The operations of an open data directory. A running node makes its own; applications get them
/// from it, or open a directory by [Operations#open]. Safe for use by many threads.
public final class NodeOperations implements Operations {

    private static final System.Logger LOGGER = System.getLogger(NodeOperations.class.getName());

    private static final String TARGET = "target must be a path, was null";

    private final Limits limits;
    private final DataDirectory directory;
    private final ObjectIndex index;
    private final History history;
    private final Changes changes;
    private final BiFunction<Path, Progress, Backup> backups;
    private final Runnable end;
    private final Map<String, Space> spaces = new TreeMap<>();

    /// A namespace, and what makes its ids.
    private record Space(StoredNamespace namespace, IdDerivation ids) {}

    /// Makes the operations of a running node.
    ///
    /// @param live the way into its objects
    /// @param journal whose files a backup copies
    public NodeOperations(
            Node node, NodeIndex index, Interventions live, Journal journal, Disk disk) {
        this(
                node.limits(),
                node.directory(),
                index,
                node.history(),
                new Changes(node.log(), live),
                (target, progress) -> {
                    node.checkOutside();
                    return Backups.make(
                            journal,
                            node.directory().path(),
                            target,
                            disk,
                            node.clock(),
                            node.limits(),
                            progress);
                },
                () -> {});
    }

    NodeOperations(
            Limits limits,
            DataDirectory directory,
            NodeIndex index,
            History history,
            Changes changes,
            BiFunction<Path, Progress, Backup> backups,
            Runnable end) {
        this.limits = limits;
        this.directory = directory;
        this.index = index.objects();
        this.history = history;
        this.changes = changes;
        this.backups = backups;
        this.end = end;
        index.uniqueKeys()
                .forEach((name, key) ->
                        spaces.put(
                                name,
                                new Space(
                                        new StoredNamespace(name, key),
                                        new IdDerivation(key, new SecureRandom()))));
    }

    @Override
    public List<StoredNamespace> namespaces() {
        return spaces.values().stream().map(Space::namespace).toList();
    }

    @Override
    public ObjectPage list(ObjectQuery query) {
        requireNonNull(query, "query must be an ObjectQuery, was null");
        String key = key(query.namespace());
        ListCursor from =
                query.cursor()
                        .map(text -> ListCursor.read(text, query))
                        .orElseGet(() -> ListCursor.begin(query.prefix()));
        int max = query.limit() + 1; // One more says whether there are more.
        List<DurableObjectId> found = new ArrayList<>();
        if (from.isNamed()) {
            index.named(key, from.name(), from.id(), max).stream()
                    .takeWhile(id -> id.name().orElseThrow().startsWith(query.prefix()))
                    .forEach(found::add);
        }
        if (query.prefix().isEmpty() && found.size() < max) {
            byte[] behind = from.isNamed() ? new byte[0] : from.id();
            found.addAll(index.unnamed(key, behind, max - found.size()));
        }
        List<DurableObjectId> page = found.subList(0, Math.min(found.size(), query.limit()));
        Optional<String> cursor =
                found.size() < max
                        ? Optional.empty()
                        : Optional.of(ListCursor.behind(page.getLast()).text(query));
        return new ObjectPage(
                page.stream().map(id -> new StoredObject(query.namespace(), id)).toList(), cursor);
    }

    @Override
    public StoredObject find(String namespace, String nameOrId) {
        StoredObject object = object(namespace, nameOrId);
        checkStored(object);
        return object;
    }

    @Override
    public StoredObject object(String namespace, String nameOrId) {
        requireNonNull(nameOrId, "nameOrId must be a text, was null");
        IdDerivation ids = space(namespace).ids();
        Optional<DurableObjectId> id = ids.find(nameOrId);
        if (id.isPresent()) {
            Optional<DurableObjectId> known = index.find(key(namespace), id.get());
            return new StoredObject(namespace, known.orElse(id.get()));
        }
        if (!Unicode.isValid(nameOrId)) {
            throw new IllegalArgumentException(
                    "a name must be valid Unicode, and this one has half of a surrogate pair");
        }
        return new StoredObject(namespace, ids.fromName(nameOrId));
    }

    private void checkStored(StoredObject object) {
        if (!isStored(object)) {
            throw new OperationException(
                    Reason.UNKNOWN_OBJECT,
                    "nothing is stored of %s, its id would be %s".formatted(object, object.id()));
        }
    }

    private boolean isStored(StoredObject object) {
        Journaling database = database(object);
        return index.find(key(object.namespace()), object.id()).isPresent()
                || history.isStored(database.file());
    }

    @Override
    public void exportObject(StoredObject object, Path target) {
        requireNonNull(target, TARGET);
        Journaling database = database(object);
        boolean isWritten =
                new ExportFile(target, directory.path())
                        .write(object, scratch -> history.copy(database.file(), scratch));
        if (!isWritten) {
            throw new OperationException(
                    Reason.UNKNOWN_OBJECT, object + " holds nothing to export");
        }
    }

    @Override
    public void exportObject(StoredObject object, Instant at, Path target) {
        requireNonNull(at, "at must be an Instant, was null");
        requireNonNull(target, TARGET);
        Journaling database = database(object);
        Bookmark moment = history.at(object.id(), database.file(), at);
        boolean isWritten =
                new ExportFile(target, directory.path())
                        .write(
                                object,
                                scratch ->
                                        history.copy(
                                                database.file(), object.id(), moment, scratch));
        if (!isWritten) {
            throw heldNothing(object, at, "");
        }
    }

    private OperationException heldNothing(StoredObject object, Instant at, String remedy) {
        return new OperationException(
                Reason.UNKNOWN_OBJECT,
                "%s held nothing at %s%s"
                        .formatted(
                                object,
                                at,
                                isStored(object) ? remedy : ", and nothing is stored of it now"));
    }

    @Override
    public Optional<Bookmark> importObject(StoredObject object, Path source) {
        requireNonNull(source, "source must be a path, was null");
        Journaling database = database(object);
        try {
            long bytesMax = (long) limits.get(Limit.IMPORT_MIB) << 20;
            ImportFile file = new ImportFile(source, bytesMax);
            return change(object, "imported", history.stage(database.file(), file::write));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot import %s: %s".formatted(source, FileErrors.message(e)), e);
        }
    }

    @Override
    public Bookmark rewind(StoredObject object, Instant to) {
        requireNonNull(to, "to must be an Instant, was null");
        String file = database(object).file();
        Restores.Staged then = history.stage(file, object.id(), history.at(object.id(), file, to));
        if (then.isEmpty()) { // A wrong time, or a younger object: whoever wants that, deletes it.
            then.close();
            throw heldNothing(object, to, "; delete it if it is to hold nothing");
        }
        return change(object, "rewound", then).orElseThrow();
    }

    @Override
    public Bookmark rewind(StoredObject object, Bookmark to) {
        requireNonNull(to, "to must be a Bookmark, was null");
        Journaling database = database(object);
        return change(object, "rewound", history.stage(database.file(), object.id(), to))
                .orElseThrow();
    }

    @Override
    public Optional<Bookmark> delete(StoredObject object) {
        Journaling database = database(object);
        checkStored(object);
        return change(object, "deleted", history.stage(database.file(), Files::createFile));
    }

    @Override
    public Backup backup(Path target, Progress progress) {
        requireNonNull(target, TARGET);
        requireNonNull(progress, "progress must be a Progress, was null");
        Backup made = backups.apply(target, progress);
        LOGGER.log(
                System.Logger.Level.INFO,
                "an operator has made the backup {0}: {1} bytes in {2} files",
                made.directory(),
                String.valueOf(made.bytes()),
                String.valueOf(made.files()));
        return made;
    }

    private Optional<Bookmark> change(StoredObject object, String what, Restores.Staged next) {
        String why = "the object was %s by an operator; call it again".formatted(what);
        AtomicReference<@Nullable Optional<Bookmark>> prepared = new AtomicReference<>();
        try (next) {
            Optional<Bookmark> undo =
                    changes.run(
                            key(object.namespace()),
                            database(object),
                            why,
                            () -> {
                                Optional<Bookmark> before = history.prepare(next, object.id());
                                prepared.set(before);
                                return before;
                            });
            LOGGER.log(
                    System.Logger.Level.INFO,
                    "an operator has {0} {1}; {2}",
                    what,
                    // As JSON, so that a name with a line feed in it makes no second line.
                    Json.text(object.toString()),
                    undone(undo));
            return undo;
        } catch (RuntimeException e) {
            Optional<Bookmark> undo = prepared.get();
            throw undo == null ? e : waiting(object, what, undo, e);
        }
    }

    /// Returns what is told of a change that is durable, and that the object could not be started
    /// with. It must not get lost: the object has the change later, whoever starts it.
    private static DurableObjectException waiting(
            StoredObject object, String what, Optional<Bookmark> undo, RuntimeException e) {
        String reason = FileErrors.message(e);
        LOGGER.log(
                System.Logger.Level.WARNING,
                "an operator has {0} {1}, which waits for the next start of the object, because it"
                        + " cannot be started now: {2}; {3}",
                what,
                Json.text(object.toString()),
                reason,
                undone(undo));
        return new DurableObjectException(
                e instanceof DurableObjectException known ? known.kind() : Kind.RESET,
                object.id(),
                "%s cannot be started now, and is %s at its next start; %s. It was: %s"
                        .formatted(object, what, undone(undo), reason),
                e);
    }

    private static String undone(Optional<Bookmark> undo) {
        return undo.map(bookmark -> "rewind to " + bookmark + " undoes it")
                .orElse("there is no history to undo it");
    }

    private Space space(String namespace) {
        requireNonNull(namespace, "namespace must be the name of a binding, was null");
        Space space = spaces.get(namespace);
        if (space == null) {
            throw new OperationException(
                    Reason.UNKNOWN_NAMESPACE,
                    "no namespace is named '%s'; there are %s"
                            .formatted(namespace, spaces.keySet()));
        }
        return space;
    }

    private String key(String namespace) {
        return space(namespace).namespace().uniqueKey();
    }

    /// @throws OperationException if the namespace is unknown, or has not made the id
    private Journaling database(StoredObject object) {
        requireNonNull(object, "object must be a StoredObject, was null");
        Space space = space(object.namespace());
        try {
            space.ids().check(object.id());
        } catch (IllegalArgumentException e) {
            throw new OperationException(
                    Reason.OTHER_NAMESPACE,
                    "%s is no id of namespace %s".formatted(object.id(), object.namespace()),
                    e);
        }
        return directory.journaling(history, space.namespace().uniqueKey(), object.id());
    }

    @Override
    public void close() {
        end.run();
    }
}
