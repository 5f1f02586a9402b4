package dev.durableobjects.internal.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.sql.SqlCursor;
import dev.durableobjects.sql.SqlRow;
import dev.durableobjects.sql.SqlStorage;
import dev.durableobjects.sql.SqlStorageException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `storage.sql` promises: statements, bindings, cursors and rows.
class SqlSpec {

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
    void writesAreCompleteWhenExecReturns() {
        sql.exec("CREATE TABLE t (a)");

        sql.exec("INSERT INTO t VALUES (1), (2)");

        assertThat(sql.exec("SELECT count(*) AS n FROM t").one().getLong("n"), is(2L));
    }

    @Test
    void returningRunsToItsFirstRow() {
        sql.exec("CREATE TABLE t (a)");

        SqlRow row = sql.exec("INSERT INTO t VALUES (7) RETURNING a * 2 AS twice").one();

        assertThat(row.getInt("twice"), is(14));
    }

    @Test
    void severalStatementsRunInOrderAndTheLastOneTakesTheBindings() {
        SqlCursor cursor =
                sql.exec(
                        "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2);"
                                + " SELECT a FROM t WHERE a > ?",
                        1);

        assertThat(cursor.map(row -> row.getLong("a")), contains(2L));
    }

    @Test
    void onlyTheLastStatementMayHaveParameters() {
        sql.exec("CREATE TABLE t (a)");

        IllegalArgumentException thrown =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> sql.exec("INSERT INTO t VALUES (?); SELECT 1", 1));

        assertThat(
                thrown.getMessage(), containsString("only the last statement can have parameters"));
    }

    @Test
    void aTextWithoutAStatementIsRefused() {
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> sql.exec("-- nothing"));

        assertThat(thrown.getMessage(), is("SQL code did not contain a statement."));
    }

    @Test
    void tooManyAndTooFewBindingsAreRefused() {
        for (Object[] bindings : List.of(new Object[] {}, new Object[] {1, 2})) {
            IllegalArgumentException thrown =
                    assertThrows(
                            IllegalArgumentException.class, () -> sql.exec("SELECT ?", bindings));
            assertThat(
                    thrown.getMessage(),
                    containsString("Wrong number of parameter bindings for SQL query."));
        }
    }

    @Test
    void aBindingOfAnotherTypeIsRefusedByName() {
        IllegalArgumentException thrown =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> sql.exec("SELECT ?, ?", 1, Thread.currentThread()));

        assertThat(thrown.getMessage(), containsString("binding 2 has type java.lang.Thread"));
    }

    @Test
    void halfOfASurrogatePairIsRefusedAsABinding() {
        for (String half : new String[] {"\uD83D", "a\uDE00b", "\uDE00\uD83D", "\uD83D\uD83D"}) {
            IllegalArgumentException thrown =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> sql.exec("SELECT ?, ?", "fine", half));
            assertThat(
                    thrown.getMessage(),
                    is("binding 2 is not valid Unicode: it has half of a surrogate pair"));
        }
    }

    @Test
    void valuesComeBackAsTheyWereBound() {
        @SuppressWarnings("ArrayRecordComponent") // Compared part by part.
        record All(
                Long whole,
                int small,
                boolean yes,
                double real,
                String text,
                byte[] blob,
                Optional<String> nil,
                DayOfWeek day,
                UUID uuid,
                BigDecimal decimal,
                Instant time) {}
        UUID uuid = new UUID(1, 2);

        All all =
                sql.exec(
                                """
                                SELECT ? AS whole, ? AS small, ? AS yes, ? AS real, ? AS text,
                                ? AS blob, ? AS nil, ? AS day, ? AS uuid, ? AS decimal, ? AS time
                                """,
                                Long.MAX_VALUE,
                                7,
                                true,
                                0.5f,
                                "x\0y\uD83D\uDE00",
                                new byte[] {},
                                null,
                                DayOfWeek.FRIDAY,
                                uuid,
                                new BigDecimal("1.10"),
                                Instant.ofEpochMilli(5))
                        .one(All.class);

        assertThat(all.whole, is(Long.MAX_VALUE));
        assertThat(all.small, is(7));
        assertThat(all.yes, is(true));
        assertThat(all.real, is(0.5));
        assertThat(all.text, is("x\0y\uD83D\uDE00"));
        assertThat(all.blob, is(new byte[] {}));
        assertThat(all.nil, is(Optional.empty()));
        assertThat(all.day, is(DayOfWeek.FRIDAY));
        assertThat(all.uuid, is(uuid));
        assertThat(all.decimal, is(new BigDecimal("1.10")));
        assertThat(all.time, is(Instant.ofEpochMilli(5)));
    }

    @Test
    void anArrayThatIsChangedAfterwardsDoesNotChangeWhatWasBound() {
        byte[] bytes = {1, 2, 3};

        SqlCursor cursor = sql.exec("SELECT ? AS bytes UNION ALL SELECT x'00'", bytes);
        bytes[0] = 9;

        assertThat(cursor.next().getBytes("bytes"), is(new byte[] {1, 2, 3}));
    }

    @Test
    void aColumnIsFoundByNameWithoutRegardToCaseAndUnderscores() {
        SqlRow row = sql.exec("SELECT 1 AS seat_number, 2 AS seatNumber, 3 AS other").one();

        assertThat(row.getLong("seatNumber"), is(2L));
        assertThat(row.getLong("seat_number"), is(1L));
        assertThat(row.getLong("OTHER"), is(3L));
    }

    @Test
    void ofColumnsOfOneNameTheLastIsMeantAndAllAreReachableByPosition() {
        SqlRow row = sql.exec("SELECT 1 AS a, 2 AS a").one();

        assertThat(row.get("a"), is(2L));
        assertThat(row.get(0), is(1L));
        assertThat(row.columnNames(), contains("a", "a"));
    }

    @Test
    void aMissingColumnIsNamedTogetherWithThoseThereAre() {
        record Wrong(long missing) {}

        IllegalArgumentException byName =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> sql.exec("SELECT 1 AS a").one().get("b"));
        IllegalArgumentException byRecord =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> sql.exec("SELECT 1 AS a").toList(Wrong.class));

        assertThat(byName.getMessage(), is("no column 'b'; the columns are [a]"));
        assertThat(
                byRecord.getMessage(),
                is("record Wrong has a component 'missing', but the columns are [a]"));
    }

    @Test
    void aValueThatDoesNotFitIsAnErrorNotARounding() {
        SqlRow row = sql.exec("SELECT 3000000000 AS big, 'x' AS text, NULL AS nil").one();

        assertThrows(IllegalStateException.class, () -> row.getInt("big"));
        assertThrows(IllegalStateException.class, () -> row.getLong("text"));
        assertThrows(IllegalStateException.class, () -> row.getLong("nil"));
        assertThrows(IllegalStateException.class, () -> row.getString("big"));
    }

    @Test
    void oneWantsExactlyOneRow() {
        IllegalStateException none =
                assertThrows(IllegalStateException.class, () -> sql.exec("SELECT 1 WHERE 0").one());
        IllegalStateException many =
                assertThrows(
                        IllegalStateException.class,
                        () -> sql.exec("SELECT 1 UNION SELECT 2").one());

        assertThat(
                none.getMessage(),
                is("Expected exactly one result from SQL query, but got no results."));
        assertThat(
                many.getMessage(),
                is("Expected exactly one result from SQL query, but got multiple results."));
    }

    @Test
    void allWaysOfReadingShareOnePosition() {
        SqlCursor cursor = sql.exec("SELECT 1 AS a UNION SELECT 2 UNION SELECT 3");

        SqlRow first = cursor.next();
        List<Object> rest = new ArrayList<>();
        for (SqlRow row : cursor) {
            rest.add(row.get("a"));
        }

        assertThat(first.get("a"), is(1L));
        assertThat(rest, contains(2L, 3L));
        assertThat(cursor.toList(), is(empty()));
        assertThrows(NoSuchElementException.class, cursor::next);
    }

    @Test
    void columnNamesAreKnownWithoutRows() {
        assertThat(sql.exec("SELECT 1 AS a, 2 AS b WHERE 0").columnNames(), contains("a", "b"));
        assertThat(sql.exec("CREATE TABLE t (a)").columnNames(), is(empty()));
    }

    @Test
    void theSameStatementCanRunTwiceAtATime() {
        String query = "SELECT value FROM json_each('[1,2,3]')";
        List<Object> pairs = new ArrayList<>();

        for (SqlRow outer : sql.exec(query)) {
            for (SqlRow inner : sql.exec(query)) {
                pairs.add(outer.get(0) + "-" + inner.get(0));
            }
        }

        assertThat(pairs.size(), is(9));
    }

    @Test
    void aCursorEndsWithItsEvent() {
        SqlCursor cursor = sql.exec("SELECT value FROM json_each('[1,2,3]')");
        cursor.next();

        database.commit();

        IllegalStateException thrown = assertThrows(IllegalStateException.class, cursor::next);
        assertThat(thrown.getMessage(), containsString("the event that opened this cursor"));
    }

    @Test
    void errorsCarrySqlitesMessageAndCode() {
        sql.exec("CREATE TABLE t (id PRIMARY KEY)");
        sql.exec("INSERT INTO t VALUES (1)");

        SqlStorageException duplicate =
                assertThrows(SqlStorageException.class, () -> sql.exec("INSERT INTO t VALUES (1)"));
        SqlStorageException syntax =
                assertThrows(SqlStorageException.class, () -> sql.exec("SELEKT 1"));

        assertThat(
                duplicate.getMessage(),
                is(
                        "UNIQUE constraint failed: t.id: SQLITE_CONSTRAINT"
                                + " (extended: SQLITE_CONSTRAINT_PRIMARYKEY)"));
        assertThat(duplicate.code(), is(1555));
        assertThat(syntax.getMessage(), is("near \"SELEKT\": syntax error: SQLITE_ERROR"));
    }

    @Test
    void aFailedStatementHasNoEffectAndTheEventGoesOn() {
        sql.exec("CREATE TABLE t (id PRIMARY KEY)");
        sql.exec("INSERT INTO t VALUES (1)");

        assertThrows(
                SqlStorageException.class, () -> sql.exec("INSERT INTO t VALUES (2), (1), (3)"));
        sql.exec("INSERT INTO t VALUES (4)");

        assertThat(
                sql.exec("SELECT id FROM t ORDER BY id").map(row -> row.getLong("id")),
                contains(1L, 4L));
    }

    @Test
    void countsTheRowsThatAStatementReturnsAndChanges() {
        sql.exec("CREATE TABLE t(a); CREATE TABLE log(a)");
        sql.exec(
                """
                CREATE TRIGGER logs AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END
                """);

        SqlCursor inserted = sql.exec("INSERT INTO t VALUES (1), (2), (3) RETURNING a");
        assertThat(inserted.rowsRead(), is(1L));
        inserted.next();
        assertThat("one is read ahead", inserted.rowsRead(), is(2L));
        inserted.toList();
        assertThat(inserted.rowsRead(), is(3L));
        assertThat(inserted.rowsWritten(), is(6L));
        assertThat(sql.exec("SELECT a FROM t").rowsWritten(), is(0L));
    }

    @Test
    void rawRowsShareThePositionAndKeepColumnsOfOneName() {
        SqlCursor cursor = sql.exec("SELECT 1 AS a, 2 AS a UNION ALL SELECT 3, 4");

        assertThat(cursor.raw().next(), is(new Object[] {1L, 2L}));
        assertThat(cursor.toList().size(), is(1));
        assertThat("more rows", cursor.raw().hasNext(), is(false));
    }

    @Test
    void aStatementIsCompiledAgainAfterTheSchemaChanged() {
        sql.exec("CREATE TABLE t (a)");
        sql.exec("INSERT INTO t VALUES (1)");
        String query = "SELECT * FROM t";
        assertThat(sql.exec(query).columnNames(), contains("a"));

        sql.exec("ALTER TABLE t ADD COLUMN b DEFAULT 5");

        assertThat(sql.exec(query).columnNames(), contains("a", "b"));
        assertThat(sql.exec(query).one().getLong("b"), is(5L));
    }

    @Test
    void aStatementThatIsInUseWhileTheSchemaChangesIsCompiledAgainToo() {
        sql.exec("CREATE TABLE t (a)");
        sql.exec("INSERT INTO t VALUES (1), (2)");
        String query = "SELECT * FROM t";
        sql.exec(query).toList();
        SqlCursor inUse = sql.exec(query);
        inUse.next();

        sql.exec("ALTER TABLE t ADD COLUMN b DEFAULT 5");
        inUse.toList();

        SqlRow row = sql.exec(query).next();
        assertThat(row.columnNames(), contains("a", "b"));
        assertThat(row.getLong("a"), is(1L));
        assertThat(row.getLong("b"), is(5L));
    }

    @Test
    void theDatabaseHasASize() {
        sql.exec("CREATE TABLE t (a)");

        assertThat(sql.databaseSize(), is(greaterThan(0L)));
    }
}
