package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Limit;
import dev.durableobjects.kv.KvStorage;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.sql.SqlCursor;
import dev.durableobjects.sql.SqlStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `storage.deleteAll()`: an empty database, at once.
@Timeout(60)
class DeleteAllSpec {

    private static final String EVERYTHING =
            """
            CREATE TABLE parents(id INTEGER PRIMARY KEY AUTOINCREMENT, "a ""b" TEXT);
            CREATE TABLE children(
                parent INTEGER NOT NULL REFERENCES parents(id) ON DELETE RESTRICT);
            CREATE TABLE "odd ""name"(v);
            CREATE INDEX children_parent ON children(parent);
            CREATE VIEW pairs AS SELECT * FROM parents JOIN children ON id = parent;
            CREATE TRIGGER no_delete BEFORE DELETE ON parents BEGIN SELECT RAISE(ABORT, 'no'); END;
            CREATE VIRTUAL TABLE texts USING fts5(body);
            CREATE VIRTUAL TABLE words USING fts5vocab(texts, row);
            CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1);
            INSERT INTO parents("a ""b") VALUES ('x'), ('y');
            INSERT INTO children VALUES (1), (2);
            INSERT INTO texts VALUES ('seat one'), ('seat two');
            INSERT INTO boxes VALUES (1, 0, 1);
            ANALYZE
            """;

    private static final String TWENTY_THOUSAND_ROWS =
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
            INSERT INTO t SELECT i FROM n
            """;

    @TempDir private Path directory;
    private ProbeRuntime runtime;

    @BeforeEach
    void start() throws Exception {
        runtime = new ProbeRuntime(directory);
        runtime.in(
                "a",
                (self, x) -> {
                    sql(self).exec(EVERYTHING);
                    kv(self).put("k", 1);
                    return "";
                });
    }

    @AfterEach
    void stop() {
        runtime.close();
    }

    @Test
    void nothingIsLeft() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    self.ctx().storage().deleteAll();
                    assertThat(tables(self), is(empty()));
                    assertThat(kv(self).get("k", Integer.class), is(Optional.empty()));
                    return "";
                });
        runtime.close();
        runtime = new ProbeRuntime(directory);

        runtime.in(
                "a",
                (self, x) -> {
                    assertThat(tables(self), is(empty()));
                    sql(self).exec(EVERYTHING); // A second time, from the start.
                    assertThat(
                            sql(self).exec("SELECT max(id) AS id FROM parents").one().get("id"),
                            is(2L));
                    return "";
                });
    }

    @Test
    void whatTheEventWroteBeforeIsGoneAndWhatItWritesAfterwardsStays() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    kv(self).put("before", 1);
                    self.createTable();
                    self.ctx().storage().deleteAll();
                    kv(self).put("after", 2);
                    self.createTable();
                    self.insert("new");
                    return "";
                });

        runtime.in(
                "a",
                (self, x) -> {
                    assertThat(tables(self), containsInAnyOrder("_cf_KV", "t"));
                    assertThat(
                            kv(self).list(Integer.class).toMap().keySet().toString(),
                            is("[after]"));
                    assertThat(self.values(), is(List.of("new")));
                    return "";
                });
    }

    @Test
    void foreignKeysAreAskedForAtOnceAfterwards() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    self.ctx().storage().deleteAll();
                    sql(self)
                            .exec(
"""
 CREATE TABLE p(id INTEGER PRIMARY KEY);
 CREATE TABLE c(p REFERENCES p)
""");
                    assertThrows(
                            RuntimeException.class,
                            () -> sql(self).exec("INSERT INTO c VALUES (1)"));
                    return "";
                });
    }

    @Test
    void openCursorsEnd() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    SqlCursor cursor = sql(self).exec("SELECT * FROM parents");
                    self.ctx().storage().deleteAll();
                    assertThat(
                            assertThrows(IllegalStateException.class, cursor::next).getMessage(),
                            is("SQLite query was canceled because the database was deleted."));
                    return "";
                });
    }

    @Test
    void theDiskSpaceIsGivenBack() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    kv(self).put("big", new byte[3 << 20]);
                    kv(self).put("bigger", new byte[3 << 20]);
                    return "";
                });
        runtime.in(
                "a",
                (self, x) -> {
                    self.ctx().storage().deleteAll();
                    return "";
                });
        runtime.in(
                "a",
                (self, x) -> {
                    assertThat(sql(self).databaseSize(), lessThan(5L * 4096));
                    return "";
                });
        runtime.close();

        assertThat(bytesOnDisk(), lessThan(100_000L));
        runtime = new ProbeRuntime(directory);
    }

    @Test
    void spaceThatCannotBeGivenBackInTimeUndoesNothing() throws Exception {
        ManualTime time = new ManualTime();
        runtime.close();
        runtime =
                new ProbeRuntime(
                        directory,
                        builder ->
                                TestRuntime.withWaiting(builder, time)
                                        .limit(Limit.COMMIT_SECONDS, 1_000_000_000));
        try {
            runtime.in(
                    "a",
                    (self, x) -> {
                        self.ctx().storage().deleteAll();
                        self.createTable();
                        sql(self).exec(TWENTY_THOUSAND_ROWS);
                        time.hurry(Duration.ofSeconds(31)); // As if it were a slow disk.
                        return "";
                    });
        } finally {
            time.hurry(Duration.ZERO);
            time.flow();
        }

        assertThat(runtime.in("a", (self, x) -> self.values().size()), is(20_000));
    }

    @Test
    void anObjectWithoutAFileGetsNone() throws Exception {
        runtime.in(
                "b",
                (self, x) -> {
                    self.ctx().storage().deleteAll();
                    return "";
                });

        assertThat(objectFiles().size(), is(1));
    }

    private static SqlStorage sql(Probe self) {
        return self.ctx().storage().sql();
    }

    private static KvStorage kv(Probe self) {
        return self.ctx().storage().kv();
    }

    private static List<Object> tables(Probe self) {
        return sql(self)
                .exec(
                        "SELECT name FROM sqlite_schema"
                                + " WHERE type <> 'index' AND name <> 'sqlite_sequence'")
                .map(row -> row.get("name"));
    }

    private List<Path> objectFiles() throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(
                            file -> file.getFileName().toString().matches("[0-9a-f]{64}.sqlite"))
                    .toList();
        }
    }

    private long bytesOnDisk() throws Exception {
        long bytes = 0;
        for (Path file : objectFiles()) {
            bytes += Files.size(file);
        }
        return bytes;
    }
}
