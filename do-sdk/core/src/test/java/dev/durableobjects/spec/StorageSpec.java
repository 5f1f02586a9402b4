package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.DbRow;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an object's storage does at the edges of its events.
@Timeout(60)
class StorageSpec {

    private static final String ROWS = "SELECT value FROM json_each('[1,2,3]')";

    @TempDir private Path directory;
    private ProbeRuntime runtime;

    @BeforeEach
    void start() {
        runtime = new ProbeRuntime(directory);
    }

    @AfterEach
    void stop() {
        runtime.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void rowsOfDbClientEndWithTheirEvent(int read) throws Exception {
        CompletableFuture<Iterator<DbRow>> kept = new CompletableFuture<>();
        runtime.in(
                "a",
                (self, x) -> {
                    Iterator<DbRow> rows = rows(self);
                    for (int i = 0; i < read; i++) {
                        rows.next();
                    }
                    kept.complete(rows);
                    return "";
                });

        DbClientException late =
                assertThrows(
                        DbClientException.class,
                        () -> runtime.in("a", (self, x) -> kept.get().hasNext()));

        assertThat(
                late.getCause().getMessage(),
                containsString("the event that opened this query has ended"));
    }

    @Test
    void rowsOfDbClientThatWereKeptTakeNothingFromALaterQueryOfTheSameText() throws Exception {
        CompletableFuture<Iterator<DbRow>> kept = new CompletableFuture<>();
        runtime.in(
                "a",
                (self, x) -> {
                    Iterator<DbRow> rows = rows(self);
                    rows.next();
                    return kept.complete(rows);
                });

        Object later =
                runtime.in(
                        "a",
                        (self, x) -> {
                            Iterator<DbRow> rows = rows(self);
                            int first = rows.next().column(1).getInt();
                            assertThrows(DbClientException.class, () -> kept.get().hasNext());
                            int second = rows.next().column(1).getInt();
                            return List.of(first, second);
                        });

        assertThat(later, is(List.of(1, 2)));
    }

    private static Iterator<DbRow> rows(Probe self) {
        return self.ctx().storage().dbClient().execute().query(ROWS).iterator();
    }
}
