package dev.durableobjects.internal.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.kv.KvStorage;
import dev.durableobjects.kv.WriteOptions;
import dev.durableobjects.sql.SqlCursor;
import dev.durableobjects.sql.SqlStorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Throws mutated SQL at the guard. Whatever gets through, the database that is attached, the
/// files, our own tables, our settings and the event's transaction are what they were.
@Timeout(value = 1, unit = TimeUnit.DAYS) // It runs for as long as its properties say.
class GuardFuzzTest {

    /// More rounds: `-Dfuzz.rounds=1000000`.
    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 6_000);

    private static final List<String> SEEDS =
            List.of(
                    "BEGIN; INSERT INTO t VALUES (1, 'x'); COMMIT",
                    "SAVEPOINT s; RELEASE s; ROLLBACK TO s",
                    "END TRANSACTION",
                    "ATTACH DATABASE 'evil.sqlite' AS evil",
                    "ATTACH ? AS evil; CREATE TABLE evil.t(a)",
                    "DETACH DATABASE main",
                    "VACUUM INTO 'evil.sqlite'",
                    "PRAGMA journal_mode = DELETE",
                    "PRAGMA main.locking_mode(NORMAL); PRAGMA synchronous = OFF",
                    "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema",
                    "PRAGMA temp_store_directory = '/tmp'; PRAGMA wal_autocheckpoint = 1",
                    "SELECT * FROM pragma_journal_mode('delete'), pragma_locking_mode",
                    "CREATE TEMP TABLE tt AS SELECT * FROM t; CREATE TABLE temp.u(a)",
                    "CREATE TEMPORARY TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
                    "SELECT * FROM _cf_KV; DELETE FROM \"_cf_KV\" WHERE key = 'canary'",
                    "UPDATE [_CF_KV] SET value = 'gone'; DROP TABLE '_cf_KV'",
                    "INSERT OR REPLACE INTO main._cf_KV VALUES ('canary', 'gone')",
                    "ALTER TABLE t RENAME TO _cf_x; ALTER TABLE _cf_KV RENAME TO t2",
                    "CREATE VIEW w AS SELECT * FROM _cf_KV; SELECT * FROM w",
                    "WITH k AS (SELECT * FROM `_cf_KV`) INSERT INTO t SELECT * FROM k",
                    "CREATE VIRTUAL TABLE f USING fts5(x, content='_cf_KV'); SELECT * FROM f",
                    "CREATE VIRTUAL TABLE z USING fts3tokenize('simple')",
                    "SELECT sqlite_version(), load_extension('x'), sqlite_source_id()",
                    "SELECT a, writefile('evil', b), readfile('evil'), fts3_tokenizer('x') FROM t",
                    "CREATE TABLE g(a CHECK (sqlite_version() > a)); INSERT INTO g VALUES (1)",
                    "EXPLAIN QUERY PLAN SELECT * FROM t; EXPLAIN PRAGMA synchronous = OFF",
                    "INSERT INTO t VALUES (2, 'BEGIN; --') ON CONFLICT DO NOTHING RETURNING a",
                    "CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET b = a; END",
                    "SELECT json_extract('{\"a\":1}', '$.a') /* COMMIT; */ -- PRAGMA\n, 1");

    private static final List<String> PIECES =
            SEEDS.stream()
                    .flatMap(seed -> Stream.of(seed.split("(?<=\\W)|(?=\\W)", -1)))
                    .filter(piece -> !piece.isEmpty())
                    .distinct()
                    .collect(Collectors.toList());

    private static final List<String> SPLITTERS =
            List.of(
                    ";", "/**/", "--\n", "\uFEFF", "\t", "'", "\"", "[", "]", "`", ":a(", "$",
                    "\0");

    @TempDir private Path directory;

    @Test
    void whatGetsThroughDoesNoHarm() throws Exception {
        long seed = Long.getLong("fuzz.seed", System.nanoTime());
        Random random = new Random(seed);
        int ran = 0;
        String text = "";
        try (ObjectDatabase database = TestDatabase.open(directory)) {
            KvStorage kv = database.kv();
            database.sql().exec("CREATE TABLE t (a INTEGER PRIMARY KEY, b)");
            kv.put("canary", "alive");
            database.commit();
            String settings = settings(database);
            for (int round = 0; round < ROUNDS; round++) {
                text = mutant(random);
                ran += run(database, text) ? 1 : 0;
                check(database, settings);
            }
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed %d, after: %s".formatted(seed, text), e);
        }
        assertThat("some must get through, seed " + seed, ran, greaterThan(ROUNDS / 100));
    }

    private static boolean run(ObjectDatabase database, String text) {
        try {
            SqlCursor cursor = database.sql().exec(text);
            for (int i = 0; i < 10 && cursor.hasNext(); i++) {
                cursor.next();
            }
            return true;
        } catch (SqlStorageException | IllegalArgumentException refused) {
            return false;
        }
    }

    private void check(ObjectDatabase database, String settings) throws Exception {
        // The event's transaction is open, or not begun; in both cases it can be undone as a whole.
        database.kv().put("probe", "now", new WriteOptions(false));
        database.undo();
        assertThat(database.kv().get("probe", String.class), is(Optional.empty()));
        assertThat(database.kv().get("canary", String.class).orElse("gone"), is("alive"));
        assertThat(database.sql().exec("SELECT count(*) AS n FROM t").one().getLong("n"), is(0L));
        assertThat(settings(database), is(settings));
        assertThat(files(), is("[object.sqlite, object.sqlite-wal]"));
    }

    private static String settings(ObjectDatabase database) throws SQLException {
        StringBuilder all = new StringBuilder();
        for (String sql :
                List.of(
                        "SELECT name AS v FROM pragma_database_list WHERE name <> 'temp'",
                        "SELECT journal_mode AS v FROM pragma_journal_mode",
                        "SELECT locking_mode AS v FROM pragma_locking_mode",
                        "SELECT synchronous AS v FROM pragma_synchronous",
                        "SELECT count(*) AS v FROM sqlite_temp_schema",
                        "SELECT rootpage AS v FROM sqlite_schema WHERE name = '_cf_KV'")) {
            all.append(
                    database.sql()
                            .execOwn(sql, StatementPlan.READS)
                            .map(row -> String.valueOf(row.get("v"))));
        }
        return all.toString();
    }

    private String files() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(file -> file.getFileName().toString()).sorted().toList().toString();
        }
    }

    private static String mutant(Random random) {
        StringBuilder text = new StringBuilder(any(SEEDS, random));
        for (int i = random.nextInt(5); i > 0; i--) {
            int at = random.nextInt(text.length() + 1);
            switch (random.nextInt(6)) {
                case 0 -> text.insert(at, any(SPLITTERS, random));
                case 1 -> text.insert(at, any(PIECES, random));
                case 2 -> text.insert(at, ';' + any(SEEDS, random) + ';');
                case 3 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(4)));
                case 4 -> {
                    if (at < text.length()) {
                        char c = text.charAt(at);
                        text.setCharAt(
                                at,
                                Character.isLowerCase(c)
                                        ? Character.toUpperCase(c)
                                        : Character.toLowerCase(c));
                    }
                }
                default -> text.append(' ').append(any(PIECES, random));
            }
            if (text.isEmpty()) {
                text.append(any(SEEDS, random));
            }
        }
        return text.toString();
    }

    private static <T> T any(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }
}
