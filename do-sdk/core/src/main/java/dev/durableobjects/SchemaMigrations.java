package dev.durableobjects;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The steps by which the schema of a class of objects came to be. Immutable; each method returns
/// more migrations.
///
/// Every object has a database of its own, and each meets a new program when it is next used: one
/// after seconds, another after years. So give all steps, in order, and run them in the
/// constructor; those that the object has not seen run together in one transaction, and are
/// recorded in its database:
///
///     private static final SchemaMigrations MIGRATIONS =
///             SchemaMigrations.none()
///                     .then("seats", "CREATE TABLE seats (id TEXT PRIMARY KEY, occupant TEXT)")
///                     .then("price", "ALTER TABLE seats ADD COLUMN price INTEGER");
///
///     ctx.storage().migrate(MIGRATIONS);
public final class SchemaMigrations {

    private static final SchemaMigrations NONE = new SchemaMigrations(List.of());

    private final List<Migration> migrations;

    private SchemaMigrations(List<Migration> migrations) {
        this.migrations = migrations;
    }

    /// One step.
    ///
    /// @param name what it does; recorded, and never to be changed
    /// @param body what it runs
    public record Migration(String name, Consumer<DurableObjectStorage> body) {}

    /// Returns no steps: the beginning.
    public static SchemaMigrations none() {
        return NONE;
    }

    /// Adds a step of SQL: one or more statements without parameters.
    ///
    /// @throws IllegalArgumentException if there is a step of this name, or the name is blank
    public SchemaMigrations then(String name, String sql) {
        requireNonNull(sql, "sql must be SQL, was null");
        return then(name, storage -> storage.sql().exec(sql).toList());
    }

    /// Adds a step of code. It may use the storage, but not migrate, and nothing else that waits.
    ///
    /// @throws IllegalArgumentException if there is a step of this name, or the name is blank
    public SchemaMigrations then(String name, Consumer<DurableObjectStorage> body) {
        requireNonNull(body, "body must be what the migration runs, was null");
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException("a migration needs a name, was " + name);
        }
        if (migrations.stream().anyMatch(known -> known.name().equals(name))) {
            throw new IllegalArgumentException(
                    "there are two migrations named '%s'".formatted(name));
        }
        List<Migration> more = new ArrayList<>(migrations);
        more.add(new Migration(name, body));
        return new SchemaMigrations(List.copyOf(more));
    }

    /// Returns the steps; the first has version 1.
    public List<Migration> inOrder() {
        return migrations;
    }
}
