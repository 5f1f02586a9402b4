package dev.durableobjects.internal.storage;

import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.sql.SqlPolicy;
import java.nio.file.Path;

/// Opens databases that any thread may use at any time.
final class TestDatabase {

    private TestDatabase() {}

    static ObjectDatabase open(Path directory) {
        return open(directory, Limits.standard());
    }

    static ObjectDatabase open(Path directory, Limits limits) {
        return new ObjectDatabase(
                directory.resolve("object.sqlite"),
                null,
                new OpenHost(SqlPolicy.CLOUDFLARE, () -> true),
                limits,
                Waiting.system());
    }
}
