package dev.durableobjects.internal.storage;

import dev.durableobjects.DurableObjectStorage;
import dev.durableobjects.SchemaMigrations;
import dev.durableobjects.SchemaMigrations.Migration;
import dev.durableobjects.sql.SqlStorageException;
import java.util.List;

/// Runs the migrations that a database has not seen. Only the object's thread may use it.
final class Migrator {

    private static final String SEEN = "SELECT version, name FROM _do_migrations ORDER BY version";

    private static final String RECORD =
            "INSERT INTO _do_migrations VALUES (?, ?, unixepoch('subsec') * 1000)";

    private final SqliteStorage sql;
    private boolean running;

    Migrator(SqliteStorage sql) {
        this.sql = sql;
    }

    /// Runs what is new, all of it or nothing.
    ///
    /// @return how many were run
    int migrate(SchemaMigrations migrations, DurableObjectStorage storage) {
        if (running) {
            throw new IllegalStateException(
                    "a migration may not migrate; add its steps to the list it is in");
        }
        List<Migration> known = migrations.inOrder();
        int seen = checkSeen(known);
        if (seen == known.size()) {
            return 0;
        }
        running = true;
        try {
            runAfter(seen, known, storage);
        } finally {
            running = false;
        }
        return known.size() - seen;
    }

    private void runAfter(int seen, List<Migration> known, DurableObjectStorage storage) {
        storage.transactionSync(() -> {
            sql.make(RuntimeTable.MIGRATIONS);
            for (int version = seen + 1; version <= known.size(); version++) {
                Migration migration = known.get(version - 1);
                run(version, migration, storage);
                sql.execOwn(RECORD, StatementPlan.WRITES, version, migration.name());
            }
        });
    }

    private void run(int version, Migration migration, DurableObjectStorage storage) {
        try {
            migration.body().accept(storage);
        } catch (SqlStorageException e) {
            throw new SqlStorageException(
                    "migration %d '%s' failed: %s"
                            .formatted(version, migration.name(), e.getMessage()),
                    e.code(),
                    e);
        }
    }

    private int checkSeen(List<Migration> known) {
        if (!sql.exists(RuntimeTable.MIGRATIONS)) {
            return 0;
        }
        List<Seen> seen = sql.execOwn(SEEN, StatementPlan.READS).toList(Seen.class);
        for (Seen one : seen) {
            String name =
                    one.version() <= known.size() ? known.get(one.version() - 1).name() : "nothing";
            if (!name.equals(one.name())) {
                throw new IllegalStateException(
                        ("the database has seen migration %d '%s', where this program has %s: never"
                                        + " change, move or remove a migration that was released")
                                .formatted(one.version(), one.name(), name));
            }
        }
        return seen.size();
    }

    /// A migration that was run.
    private record Seen(int version, String name) {}
}
