package dev.durableobjects.internal.storage;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.internal.journal.JournalIndex;
import dev.durableobjects.spi.Wake;
import dev.durableobjects.sql.SqlRow;
import dev.durableobjects.sql.SqlStorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Which objects there are, and when each must be woken: what the journal's records say, in a
/// database of the node.
///
/// It is derived, so it needs no sync of its own: what the power takes from it is read from the
/// journal again, and it is forced before the journal forgets. Facts collect in memory until
/// somebody applies them: one for each object at most, and only for objects that have records in
/// the journal, which remembers as much of them itself. Safe for use by many threads.
public final class ObjectIndex implements JournalIndex {

    private static final System.Logger LOGGER = System.getLogger(ObjectIndex.class.getName());

    private static final List<String> SCHEMA =
            List.of(
                    """
                    CREATE TABLE IF NOT EXISTS objects (
                        namespace TEXT NOT NULL,
                        id BLOB NOT NULL,
                        name TEXT,
                        wake_at INTEGER,
                        try_at INTEGER,
                        tries INTEGER NOT NULL,
                        PRIMARY KEY (namespace, id)
                    ) STRICT, WITHOUT ROWID
                    """,
                    """
                    CREATE INDEX IF NOT EXISTS objects_by_time ON objects (namespace, try_at)
                    WHERE try_at IS NOT NULL
                    """,
                    """
                    CREATE INDEX IF NOT EXISTS objects_by_name ON objects (namespace, name)
                    WHERE name IS NOT NULL
                    """,
                    """
                    CREATE INDEX IF NOT EXISTS objects_without_name ON objects (namespace, id)
                    WHERE name IS NULL
                    """,
                    """
                    CREATE INDEX IF NOT EXISTS objects_by_tries ON objects (tries)
                    WHERE tries > 0
                    """);

    /// What was put off in an earlier life is tried at once.
    private static final String BEGIN =
            "UPDATE objects SET try_at = wake_at, tries = 0 WHERE tries > 0";

    private static final String KNOWN =
            """
            INSERT INTO objects (namespace, id, name, tries) VALUES (?, ?, ?, 0)
            ON CONFLICT DO UPDATE SET name = coalesce(excluded.name, name)
            """;

    private static final String WAKE =
            """
            INSERT INTO objects (namespace, id, name, wake_at, try_at, tries)
            VALUES (?1, ?2, ?3, ?4, ?4, 0)
            ON CONFLICT DO UPDATE SET name = coalesce(excluded.name, name),
                wake_at = excluded.wake_at, try_at = excluded.try_at, tries = 0
            """;

    private static final String GONE = "DELETE FROM objects WHERE namespace = ? AND id = ?";

    private static final String FIND =
            "SELECT id, name FROM objects WHERE namespace = ? AND id = ?";

    static final String NAMED =
            """
            SELECT id, name FROM objects
            WHERE namespace = ? AND name IS NOT NULL AND (name, id) > (?, ?)
            ORDER BY name, id LIMIT ?
            """;

    static final String UNNAMED =
            """
            SELECT id, name FROM objects INDEXED BY objects_without_name
            WHERE namespace = ? AND name IS NULL AND id > ? ORDER BY id LIMIT ?
            """;

    static final String DUE =
            """
            SELECT id, name, wake_at, try_at, tries FROM objects
            WHERE namespace = ? AND try_at <= ? ORDER BY try_at LIMIT ?
            """;

    static final String NEXT =
            """
            SELECT try_at FROM objects WHERE namespace = ? AND try_at > ? ORDER BY try_at LIMIT 1
            """;

    private static final String POSTPONE =
            """
            UPDATE objects SET try_at = ?4, tries = tries + 1
            WHERE namespace = ?1 AND id = ?2 AND wake_at = ?3
            """;

    private final ObjectDatabase database;
    private final IndexLog log;

    /// Held for a moment, never while SQL runs: the journal's thread takes it.
    private final Object memory = new Object();

    // Guarded by memory.
    private Map<String, Fact> pending = new LinkedHashMap<>();

    private volatile Runnable onNews = () -> {};

    // Guarded by this, as the database is.
    private boolean closed;

    ObjectIndex(ObjectDatabase database, IndexLog log) {
        this.database = database;
        this.log = log;
    }

    /// An object that must be woken.
    ///
    /// @param namespace its unique key
    /// @param id with its name, if that is known
    /// @param wakeAt when, in milliseconds since 1970
    /// @param tryAt when to try it next: the same, or later after a fault
    /// @param tries how often it was put off
    public record Due(String namespace, DurableObjectId id, long wakeAt, long tryAt, int tries) {

        static Due of(String namespace, SqlRow row) {
            return new Due(
                    namespace,
                    ObjectIndex.id(row),
                    row.getLong("wake_at"),
                    row.getLong("try_at"),
                    row.getInt("tries"));
        }
    }

    /// Makes the tables.
    synchronized void prepare() {
        SCHEMA.forEach(sql -> database.sql().exec(sql));
        database.sql().exec(BEGIN);
        database.commit();
    }

    /// Sets what is called when there are new facts; it must not block.
    public void onNews(Runnable listener) {
        onNews = listener;
    }

    /// Takes facts in and writes nothing: a database that cannot be written must neither fail nor
    /// delay the journal.
    @Override
    public void add(List<Fact> facts) {
        if (facts.isEmpty()) {
            return;
        }
        synchronized (memory) {
            facts.forEach(fact -> pending.merge(fact.file(), fact, ObjectIndex::merged));
        }
        onNews.run();
    }

    private static Fact merged(Fact older, Fact newer) {
        if (newer.isGone()) {
            return newer;
        }
        Wake before = older.isGone() ? Wake.NEVER : older.wake();
        return new Fact(
                newer.file(),
                newer.name().or(older::name),
                newer.wake().isChange() ? newer.wake() : before);
    }

    /// Writes down what was added; not durable before [#force].
    ///
    /// @throws dev.durableobjects.sql.SqlStorageException if it cannot be written now; then it
    ///   waits as before
    public synchronized void apply() {
        Map<String, Fact> taken = closed ? Map.of() : take();
        if (taken.isEmpty()) {
            return;
        }
        boolean isDone = false;
        try {
            taken.values().forEach(this::write);
            database.commit();
            isDone = true;
        } finally {
            if (!isDone) {
                putBack(taken);
            }
        }
    }

    private Map<String, Fact> take() {
        synchronized (memory) {
            Map<String, Fact> taken = pending;
            pending = new LinkedHashMap<>();
            return taken;
        }
    }

    private void putBack(Map<String, Fact> taken) {
        synchronized (memory) {
            pending.forEach((file, newer) -> taken.merge(file, newer, ObjectIndex::merged));
            pending = taken;
        }
        try {
            database.undo();
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    private void write(Fact fact) {
        String namespace = DataDirectory.uniqueKey(fact.file());
        byte[] id = DataDirectory.id(fact.file()).bytes();
        Wake wake = fact.wake();
        @Nullable String name = fact.name().orElse(null);
        if (fact.isGone()) {
            database.sql().exec(GONE, namespace, id);
        } else if (wake.isChange()) {
            @Nullable Long at = wake.isTime() ? wake.millis() : null;
            database.sql().exec(WAKE, namespace, id, name, at);
        } else {
            database.sql().exec(KNOWN, namespace, id, name);
        }
    }

    private static DurableObjectId id(SqlRow row) {
        byte[] id = Objects.requireNonNull(row.getBytes("id"));
        return row.isNull("name")
                ? DurableObjectId.of(id)
                : DurableObjectId.of(id, Objects.requireNonNull(row.getString("name")));
    }

    /// Finds an object that has committed something.
    ///
    /// @return its id with its name, if that is known; empty if the object is not known
    public synchronized Optional<DurableObjectId> find(String namespace, DurableObjectId id) {
        return read(FIND, namespace, id.bytes()).stream().findFirst();
    }

    /// Writes nothing: a disk that takes nothing delays no object. While the index cannot be read,
    /// no object is known.
    @Override
    public synchronized boolean knows(String file) {
        Fact waiting;
        synchronized (memory) {
            waiting = pending.get(file);
        }
        if (waiting != null) {
            return !waiting.isGone();
        }
        if (closed) {
            return false;
        }
        String namespace = DataDirectory.uniqueKey(file);
        byte[] id = DataDirectory.id(file).bytes();
        try {
            return database.sql().exec(FIND, namespace, id).first().isPresent();
        } catch (SqlStorageException e) { // The health of the runtime says so.
            LOGGER.log(System.Logger.Level.DEBUG, "the index of objects cannot be read", e);
            return false;
        }
    }

    /// Returns the next objects of a namespace whose names are known, in the order of the bytes of
    /// the names.
    ///
    /// @param name of the object behind which they begin
    /// @param id of that object; it may be empty
    public synchronized List<DurableObjectId> named(
            String namespace, String name, byte[] id, int max) {
        return read(NAMED, namespace, name, id, max);
    }

    /// Returns the next objects of a namespace whose names are not known, in the order of their
    /// ids.
    ///
    /// @param id behind which they begin; it may be empty
    public synchronized List<DurableObjectId> unnamed(String namespace, byte[] id, int max) {
        return read(UNNAMED, namespace, id, max);
    }

    /// What is durable is seen: facts come before anybody is told that it is.
    private List<DurableObjectId> read(String query, Object... bindings) {
        if (closed) {
            throw new IllegalStateException("the data directory is closed");
        }
        try {
            apply();
            return database.sql().exec(query, bindings).map(ObjectIndex::id);
        } catch (SqlStorageException e) {
            throw NodeIndex.unusable(database, e);
        }
    }

    /// Returns the first objects of a namespace that must be woken at this time or before.
    public synchronized List<Due> due(String namespace, long now, int max) {
        return closed
                ? List.of()
                : database.sql().exec(DUE, namespace, now, max).map(row -> Due.of(namespace, row));
    }

    /// Returns when the first object of a namespace must be woken after this time.
    public synchronized Optional<Long> next(String namespace, long now) {
        return closed
                ? Optional.empty()
                : database.sql()
                        .exec(NEXT, namespace, now)
                        .first()
                        .map(row -> row.getLong("try_at"));
    }

    /// Puts an object off that could not be woken. When the journal has said something else about
    /// it since, nothing happens.
    public synchronized void postpone(Due due, long until) {
        apply();
        if (!closed) {
            database.sql().exec(POSTPONE, due.namespace(), due.id().bytes(), due.wakeAt(), until);
            database.commit();
        }
    }

    @Override
    public synchronized void force() throws IOException {
        apply();
        checkOpen();
        log.force();
    }

    @Override
    public synchronized void copyTo(Path target) throws IOException {
        apply();
        checkOpen();
        database.copyTo(target);
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new IOException("the node's index is closed");
        }
    }

    /// Makes everything durable, and ends. The journal must have ended before.
    ///
    /// A disk that refuses is no reason to fail: what the index lacks, the next start reads from
    /// the journal.
    public synchronized void close() {
        try {
            force();
        } catch (IOException | SqlStorageException e) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "the index of objects was not written at the end; nothing is lost, the next"
                            + " start makes it again from the journal",
                    e);
        } finally {
            closed = true;
        }
    }
}
