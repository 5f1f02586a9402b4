package dev.durableobjects.internal.storage;

import dev.durableobjects.Limits;
import java.nio.file.Path;

/// Opens databases that any thread may use at any time.
final class TestDatabase {

    private TestDatabase() {}

    static ObjectDatabase open(Path directory) {
        return ObjectDatabase.open(directory.resolve("object.sqlite"), () -> {}, Limits.standard());
    }
}
