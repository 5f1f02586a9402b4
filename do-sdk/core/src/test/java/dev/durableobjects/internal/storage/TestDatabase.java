package dev.durableobjects.internal.storage;

import dev.durableobjects.Callback;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.sql.SqlPolicy;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Opens databases that any thread may use at any time.
final class TestDatabase {

    private TestDatabase() {}

    static ObjectDatabase open(Path directory) {
        return open(directory, Limits.standard());
    }

    static ObjectDatabase open(Path directory, Limits limits) {
        return new ObjectDatabase(
                directory.resolve("object.sqlite"), null, new OpenHost(), limits, Waiting.system());
    }

    static final class OpenHost implements Host {

        @Override
        public void check() {}

        @Override
        public void admitFile() {}

        @Override
        public void settle() {}

        @Override
        public void sync() {}

        @Override
        public boolean isDurable() {
            return true;
        }

        @Override
        public void awaitDurable() {}

        @Override
        public <R extends @Nullable Object, X extends Exception> R exclusively(Callback<R, X> body)
                throws X {
            return body.run();
        }

        @Override
        public SqlPolicy sqlPolicy() {
            return SqlPolicy.CLOUDFLARE;
        }
    }
}
