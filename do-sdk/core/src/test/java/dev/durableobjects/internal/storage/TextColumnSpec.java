package dev.durableobjects.internal.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.sql.SqlStorage;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A TEXT is read through its bytes, and is a text all the same.
class TextColumnSpec {

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

    @ParameterizedTest
    @ValueSource(strings = {"", "\0", "a\0b", "Käse", "\uFEFF", "\uFFFF", "\uD83D\uDE00"})
    void readsATextAsItWasBound(String text) {
        assertThat(sql.exec("SELECT ? AS text", text).one().get("text"), is(text));
    }

    @Test
    void readsWhatIsNoUnicodeAsAReplacement() {
        assertThat(
                sql.exec("SELECT CAST(x'61FF62' AS TEXT) AS text").one().get("text"),
                is("a\uFFFDb"));
    }

    @Test
    void comparesATextThatWasReadWithTheNextRows() {
        sql.exec("CREATE TABLE t (v)");
        sql.exec("INSERT INTO t VALUES (1), (1), (2)");

        List<String> rows =
                sql.exec("SELECT DISTINCT 'x' AS c, v FROM t").map(row -> "" + row.get("c"));

        assertThat(rows, contains("x", "x"));
    }

    @Test
    void leavesATextThatWasReadAText() {
        List<String> rows =
                sql.exec(
                                """
                                WITH RECURSIVE r (n, t) AS (
                                    SELECT 1, 'a' UNION ALL SELECT n + 1, t FROM r WHERE n < 3
                                )
                                SELECT t, n || typeof(t) || (t = 'a') AS judged FROM r
                                """)
                        .map(row -> "" + row.get("t") + row.get("judged"));

        assertThat(rows, contains("a1text1", "a2text1", "a3text1"));
    }
}
