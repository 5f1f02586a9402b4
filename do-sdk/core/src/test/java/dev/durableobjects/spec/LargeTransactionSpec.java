package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.Limit;
import dev.durableobjects.runtime.Health;
import dev.durableobjects.sql.SqlStorage;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What one event may write.
class LargeTransactionSpec {

    @TempDir private Path directory;

    @Test
    void anEventThatWritesTooMuchIsUndoneAndOthersGoOn() throws Exception {
        try (ProbeRuntime runtime =
                new ProbeRuntime(directory, builder -> builder.limit(Limit.TRANSACTION_MIB, 1))) {
            runtime.prepare("a");
            runtime.in("a", (self, argument) -> insert(self, 1));

            DurableObjectException failed =
                    assertThrows(
                            DurableObjectException.class,
                            () -> runtime.in("a", (self, argument) -> fill(self, 1_100_000)));

            assertThat(failed.kind(), is(Kind.RESET));
            assertThat(failed.getMessage(), containsString("TRANSACTION_MIB allows 1048576"));
            assertThat(runtime.values("a"), contains(1L));
            assertThat(runtime.in("a", (self, argument) -> fill(self, 900_000)), is(900_000L));
            assertThat(runtime.in("b", (self, argument) -> fill(self, 900_000)), is(900_000L));
            assertThat(runtime.objects().health().status(), is(Health.Status.HEALTHY));
        }
    }

    private static Object insert(Probe self, int value) {
        self.insert(value);
        return "";
    }

    private static long fill(Probe self, int bytes) {
        SqlStorage sql = self.ctx().storage().sql();
        sql.exec("CREATE TABLE IF NOT EXISTS large (v BLOB)");
        sql.exec("INSERT INTO large VALUES (?)", new byte[bytes]);
        return sql.exec("SELECT sum(length(v)) AS n FROM large").one().getLong("n");
    }
}
