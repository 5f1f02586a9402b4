package dev.durableobjects.internal.storage;

import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.journal.Redo;
import dev.durableobjects.internal.journal.Scratch;
import dev.durableobjects.internal.value.FileErrors;
import dev.durableobjects.sql.SqlPolicy;
import dev.durableobjects.sql.SqlStorageException;
import io.helidon.dbclient.DbClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The node's own database: which namespaces the data directory holds, and the index of objects.
///
/// Namespaces are few and rarely written, so they are read and written through Helidon's DbClient,
/// under the lock of the index of objects, which shares the connection. Safe for use by many
/// threads.
public final class NodeIndex implements AutoCloseable {

    private static final String FILE = "index.sqlite";

    /// There while the objects are not known yet that a lost index had.
    private static final String LOST = "lost_objects";

    private static final String REMEDY =
            "; it is damaged: delete it and the files whose names begin with its name, put it back"
                    + " from a backup, and what the journal has is added to it";

    private final ObjectDatabase database;
    private final IndexLog log;
    private final DbClient db;
    private final ObjectIndex objects;

    private NodeIndex(ObjectDatabase database, IndexLog log) {
        this.database = database;
        this.log = log;
        this.db = database.dbClient();
        this.objects = new ObjectIndex(database, log);
    }

    /// Opens the index of a data directory, and makes it if there is none.
    ///
    /// @param disk forces it
    /// @throws UncheckedIOException if it cannot be used
    public static NodeIndex open(DataDirectory directory, Disk disk) {
        Path file = directory.path().resolve(FILE);
        IndexLog log = openLog(file, disk);
        ObjectDatabase database =
                new ObjectDatabase(
                        file,
                        null,
                        new OpenHost(SqlPolicy.OPEN, log::tryForce),
                        Limits.standard(),
                        Waiting.system());
        NodeIndex index = new NodeIndex(database, log);
        return Opening.orClose(() -> index.prepare(directory), index::close);
    }

    private static IndexLog openLog(Path file, Disk disk) {
        try {
            return IndexLog.open(file, disk);
        } catch (IOException e) {
            throw unusable(file, FileErrors.message(e), e);
        }
    }

    /// Opens the index of a data directory that has one, or has no objects.
    ///
    /// @throws IllegalStateException if it was lost: only a node knows the names of namespaces
    public static NodeIndex openKnown(DataDirectory directory, Disk disk) {
        boolean isThere = Files.exists(Scratch.present(directory.path().resolve(FILE)));
        if (!isThere && !directory.databases().isEmpty()) {
            throw lost(directory);
        }
        NodeIndex index = open(directory, disk);
        if (index.has(LOST)) {
            index.close();
            throw lost(directory);
        }
        return index;
    }

    private static IllegalStateException lost(DataDirectory directory) {
        return new IllegalStateException(
                ("index.sqlite in %s is lost, and with it the names of namespaces and objects:"
                                + " delete index.sqlite-wal and put it back from a backup, or start"
                                + " the app, which makes it again without the names of objects")
                        .formatted(directory.path()));
    }

    /// Makes the index of objects again if it was lost. No object may be in use.
    ///
    /// @param redo brings their databases up to date
    public void findLost(DataDirectory directory, Redo redo) {
        if (has(LOST)) {
            objects.add(new LostIndex(directory, redo).find());
            objects.apply();
            write("DROP TABLE " + LOST);
        }
    }

    private boolean has(String table) {
        synchronized (objects) {
            boolean isThere =
                    database.sql()
                            .exec("SELECT 1 FROM sqlite_schema WHERE name = ?", table)
                            .first()
                            .isPresent();
            database.commit();
            return isThere;
        }
    }

    private NodeIndex prepare(DataDirectory directory) {
        try {
            if (!has("namespaces") && !directory.databases().isEmpty()) {
                write("CREATE TABLE IF NOT EXISTS %s (found INTEGER) STRICT".formatted(LOST));
            }
            write(
                    """
                    CREATE TABLE IF NOT EXISTS namespaces (
                        binding TEXT PRIMARY KEY,
                        unique_key TEXT NOT NULL UNIQUE
                    ) STRICT
                    """);
            objects.prepare();
            return this;
        } catch (SqlStorageException e) {
            throw unusable(database, e);
        }
    }

    /// Returns what is told to an operator, who has only heard of the directory.
    static UncheckedIOException unusable(ObjectDatabase database, SqlStorageException e) {
        String remedy = SqlErrors.isDamage(e.code()) ? REMEDY : "";
        return unusable(database.wal(), e.getMessage() + remedy, new IOException(e));
    }

    private static UncheckedIOException unusable(Path file, String why, IOException e) {
        return new UncheckedIOException(
                "index.sqlite in %s cannot be used: %s"
                        .formatted(file.toAbsolutePath().getParent(), why),
                e);
    }

    /// Returns the index of objects.
    public ObjectIndex objects() {
        return objects;
    }

    /// Returns the unique key that a binding had when its namespace was first registered.
    public Optional<String> uniqueKey(String binding) {
        synchronized (objects) {
            Optional<String> key =
                    db.execute()
                            .get("SELECT unique_key FROM namespaces WHERE binding = ?", binding)
                            .map(row -> row.column("unique_key").getString());
            database.commit();
            return key;
        }
    }

    /// Returns the unique keys of all namespaces, by their bindings in order. The journal may be
    /// telling the index of objects, which is in the same database, what it has found at a start.
    public Map<String, String> uniqueKeys() {
        synchronized (objects) {
            Map<String, String> keys = new TreeMap<>();
            db.execute()
                    .query("SELECT binding, unique_key FROM namespaces")
                    .forEach(row ->
                            keys.put(
                                    row.column("binding").getString(),
                                    row.column("unique_key").getString()));
            database.commit();
            return keys;
        }
    }

    /// Remembers the unique key of a binding; it is durable when this returns.
    public void register(String binding, String uniqueKey) {
        write("INSERT OR REPLACE INTO namespaces VALUES (?, ?)", binding, uniqueKey);
    }

    @Override
    public void close() {
        synchronized (objects) {
            database.close();
        }
    }

    private void write(String sql, Object... parameters) {
        synchronized (objects) {
            db.execute().dml(sql, parameters);
            if (database.commit() != Written.NOTHING) {
                try {
                    log.forceWithName();
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot write the node's index", e);
                }
            }
        }
    }
}
