package dev.durableobjects.internal.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.sql.SqlStorage;
import dev.durableobjects.sql.SqlStorageException;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How large SQL may be under Cloudflare's policy: up to each limit, and not beyond it.
class SqlLimitSpec {

    @TempDir private Path directory;
    private ObjectDatabase database;
    private SqlStorage sql;

    @BeforeEach
    void open() {
        database = TestDatabase.open(directory);
        sql = database.sql();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void aTextHas100000Bytes() {
        String text = "SELECT '%s'";
        int more = 100_000 - "SELECT ''".length();

        assertAllowed(text.formatted("a".repeat(more)));
        assertRefused(text.formatted("a".repeat(more + 1)), "SQLITE_TOOBIG");
    }

    @Test
    void anExpressionIs100Deep() {
        assertAllowed("SELECT " + "(".repeat(40) + "1" + ")".repeat(40));
        assertRefused("SELECT 1" + " + 1".repeat(100), "Expression tree is too large");
    }

    @Test
    void aPatternHas50Bytes() {
        String text = "SELECT 'a' LIKE '%s'";

        assertAllowed(text.formatted("a".repeat(50)));
        assertRefused(text.formatted("a".repeat(51)), "LIKE or GLOB pattern too complex");
    }

    @Test
    void aStatementHas100Bindings() {
        assertAllowed(placeholders(100), Collections.nCopies(100, 1).toArray());
        assertRefused(placeholders(101), "too many");
    }

    @Test
    void aCompoundHas5Terms() {
        assertAllowed("SELECT 1" + " UNION ALL SELECT 1".repeat(4));
        assertRefused("SELECT 1" + " UNION ALL SELECT 1".repeat(5), "too many terms");
    }

    @Test
    void triggersCauseEachOther10Deep() {
        sql.exec("CREATE TABLE t0 (v)");
        for (int i = 1; i <= 11; i++) {
            sql.exec("CREATE TABLE t%d (v)".formatted(i));
            sql.exec(
                    """
                    CREATE TRIGGER r%1$d AFTER INSERT ON t%1$d
                    BEGIN INSERT INTO t%2$d VALUES (1); END
                    """
                            .formatted(i, i - 1));
        }

        assertAllowed("INSERT INTO t10 VALUES (1)");
        assertRefused("INSERT INTO t11 VALUES (1)", "triggers nested too deep");
    }

    private static String placeholders(int count) {
        return "SELECT 1 WHERE 1 IN (%s)"
                .formatted(String.join(",", Collections.nCopies(count, "?")));
    }

    private void assertAllowed(String text, Object... bindings) {
        assertDoesNotThrow(() -> sql.exec(text, bindings).toList());
    }

    private void assertRefused(String text, String message) {
        SqlStorageException thrown =
                assertThrows(SqlStorageException.class, () -> sql.exec(text).toList());
        assertThat(thrown.getMessage(), containsString(message));
    }
}
