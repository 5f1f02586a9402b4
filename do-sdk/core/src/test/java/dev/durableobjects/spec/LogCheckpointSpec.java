package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.kv.KvEntry;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.sql.SqlRow;
import dev.durableobjects.sql.SqlStorage;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The log of a database that has grown long gets into the database, whatever the object does.
@Timeout(60)
class LogCheckpointSpec {

    private static final int ROWS = 60;
    private static final long LOG_BYTES = 4 << 20;
    private static final long SMALL_JOURNAL_BYTES = 256 << 10;

    @TempDir private Path directory;

    @Test
    void anObjectThatWritesWhileItReadsGoesOn() throws Exception {
        try (ProbeRuntime runtime = new ProbeRuntime(directory)) {
            runtime.in("a", (self, argument) -> fill(self));
            assertThat("the log is long", Files.size(log()), is(greaterThan(LOG_BYTES)));

            Object written =
                    runtime.in(
                            "a",
                            (self, argument) -> {
                                SqlStorage sql = self.ctx().storage().sql();
                                int count = 0;
                                for (SqlRow row : sql.exec("SELECT n FROM t ORDER BY n")) {
                                    sql.exec("UPDATE t SET v = 1 WHERE n = ?", row.getLong("n"));
                                    count++;
                                }
                                return count;
                            });

            assertThat(written, is(ROWS));
            while (Files.size(log()) > 0) {
                Thread.onSpinWait();
            }
            assertThat(runtime.in("a", (self, argument) -> sum(self)), is((long) ROWS));
        }
    }

    @Test
    void anObjectDeletesKeysWhileItListsThem() throws Exception {
        try (ProbeRuntime runtime = new ProbeRuntime(directory)) {
            runtime.in(
                    "a",
                    (self, argument) -> {
                        for (int i = 0; i < ROWS; i++) {
                            self.ctx().storage().kv().put("key" + i, "x".repeat(100_000));
                        }
                        return "";
                    });
            assertThat("the log is long", Files.size(log()), is(greaterThan(LOG_BYTES)));

            Object left =
                    runtime.in(
                            "a",
                            (self, argument) -> {
                                for (KvEntry<String> one :
                                        self.ctx().storage().kv().list(String.class)) {
                                    self.ctx().storage().kv().delete(one.key());
                                }
                                return self.ctx().storage().kv().list(String.class).toList();
                            });

            assertThat(left, is(List.of()));
        }
    }

    @Test
    void anObjectWhoseLogCannotBeCopiedIsResetAndLosesNothing() throws Exception {
        try (ProbeRuntime runtime =
                new ProbeRuntime(
                        directory,
                        builder -> TestRuntime.withJournalBytes(builder, SMALL_JOURNAL_BYTES))) {
            runtime.prepare("b");
            runtime.in("a", (self, argument) -> fill(self));
            try (RandomAccessFile log = new RandomAccessFile(log().toFile(), "rw")) {
                log.setLength(0);
            }

            while (runtime.constructed.stream().filter("a"::equals).count() < 2) {
                runtime.in(
                        "b",
                        (self, argument) -> {
                            self.insert(new byte[20_000]); // The journal wants "a" checkpointed.
                            return "";
                        });
                try {
                    runtime.in("a", (self, argument) -> "");
                } catch (DurableObjectException e) { // It may meet the reset.
                    assertThat("" + e, e.durableObjectReset(), is(true));
                }
            }

            assertThat(runtime.in("a", (self, argument) -> count(self)), is((long) ROWS));
        }
    }

    private static Object fill(Probe self) {
        SqlStorage sql = self.ctx().storage().sql();
        sql.exec("CREATE TABLE t (n INTEGER PRIMARY KEY, v, b BLOB)");
        for (int i = 0; i < ROWS; i++) {
            sql.exec("INSERT INTO t VALUES (?, 0, zeroblob(100000))", i);
        }
        return "";
    }

    private static Object sum(Probe self) {
        return self.ctx().storage().sql().exec("SELECT sum(v) AS n FROM t").one().getLong("n");
    }

    private static Object count(Probe self) {
        return self.ctx().storage().sql().exec("SELECT count(*) AS n FROM t").one().getLong("n");
    }

    /// Returns the log of "a": others have shorter ones.
    private Path log() {
        return ObjectFiles.logs(directory).stream()
                .max(Comparator.comparingLong(LogCheckpointSpec::size))
                .orElseThrow();
    }

    private static long size(Path file) {
        return file.toFile().length();
    }
}
