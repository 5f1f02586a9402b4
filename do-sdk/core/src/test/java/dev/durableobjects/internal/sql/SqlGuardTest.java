package dev.durableobjects.internal.sql;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.sql.SqlPolicy;
import dev.durableobjects.sql.SqlStorageException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlGuardTest {

    private static final int SQLITE_AUTH = 23;

    private static final SqlGuard CLOUDFLARE = SqlGuard.of(SqlPolicy.CLOUDFLARE);
    private static final SqlGuard OPEN = SqlGuard.of(SqlPolicy.OPEN);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN",
                "begin immediate",
                "/* x */ COMMIT",
                "END TRANSACTION",
                "ROLLBACK TO x",
                "SAVEPOINT x",
                "RELEASE x",
                "EXPLAIN BEGIN",
            })
    void pointsToTheTransactionMethods(String sql) {
        assertThat(
                refused(OPEN, sql),
                containsString(
                        "please use the state.storage.transaction() or"
                                + " state.storage.transactionSync() APIs"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ATTACH 'x' AS y",
                "DETACH y",
                "VACUUM",
                "VACUUM INTO 'x'",
                "CREATE TEMP TABLE t(a)",
                "CREATE TEMPORARY VIEW v AS SELECT 1",
                "CREATE TABLE _cf_x(a)",
                "CREATE TABLE \"_CF_x\"(a)",
                "CREATE TABLE [_do_x](a)",
                "CREATE TABLE `_Do_x`(a)",
                "CREATE TABLE '_cf_x'(a)",
                "CREATE VIEW v AS SELECT * FROM _cf_KV",
                "CREATE VIRTUAL TABLE t USING fts5(a, content='_cf_KV')",
                "CREATE VIRTUAL TABLE _cf_t USING fts5(a)",
                "CREATE VIRTUAL TABLE _cf USING fts5(a)",
                "CREATE VIRTUAL TABLE _Do USING rtree(id, a, b)",
                "ALTER TABLE t RENAME TO _cf_t",
                "DROP TABLE _cf_KV",
                "PRAGMA journal_mode = DELETE",
                "PRAGMA main.journal_mode",
                "PRAGMA temp.foreign_keys = on",
                "PRAGMA wal_checkpoint(TRUNCATE)",
                "PRAGMA writable_schema = 1",
                "PRAGMA \"locking_mode\" = normal",
                "EXPLAIN PRAGMA synchronous = OFF",
                "PRAGMA foreign_keys = 2",
                "PRAGMA foreign_keys = \"foo\"",
                "PRAGMA table_info(_cf_KV)",
                "PRAGMA data_version = 5",
                "PRAGMA page_size = 8192",
                "PRAGMA",
                "SELECT * FROM pragma_journal_mode",
                "SELECT * FROM \"pragma_locking_mode\"",
            })
    void refusesUnderBothPolicies(String sql) {
        assertThat(refused(CLOUDFLARE, sql), containsString("not authorized: SQLITE_AUTH"));
        assertThat(refused(OPEN, sql), containsString("not authorized: SQLITE_AUTH"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PRAGMA user_version = 5",
                "PRAGMA user_version",
                "PRAGMA integrity_check",
                "PRAGMA page_count",
                "CREATE VIRTUAL TABLE t USING fts4(a)",
                "SELECT * FROM pragma_page_count",
            })
    void refusesUnderTheNarrowPolicyOnly(String sql) {
        refused(CLOUDFLARE, sql);
        OPEN.admit(SqlText.statement(sql));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT '_cf_KV', \"_cf_%\", ':_do_x', :_cf_a FROM t",
                "INSERT INTO log VALUES ('BEGIN; PRAGMA journal_mode=off')",
                "CREATE TABLE \"commit\"(\"begin\" TEXT)",
                "CREATE TABLE temporary_seats(a)",
                "CREATE VIRTUAL TABLE t USING \"FTS5\"(a)",
                "CREATE VIRTUAL TABLE t USING rtree(id, a, b)",
                "PRAGMA foreign_keys",
                "PRAGMA main.foreign_keys = 'OFF'",
                "PRAGMA defer_foreign_keys(ON)",
                "PRAGMA table_info(seats)",
                "PRAGMA quick_check(100)",
                "PRAGMA optimize(-1)",
                "PRAGMA optimize",
                "SELECT * FROM pragma_table_info('seats')",
                "EXPLAIN QUERY PLAN SELECT 1",
                "ANALYZE",
            })
    void admitsUnderBothPolicies(String sql) {
        CLOUDFLARE.admit(SqlText.statement(sql));
        OPEN.admit(SqlText.statement(sql));
    }

    private static String refused(SqlGuard guard, String sql) {
        SqlStorageException refused =
                assertThrows(
                        SqlStorageException.class, () -> guard.admit(SqlText.statement(sql)), sql);
        assertThat(refused.code(), is(SQLITE_AUTH));
        return String.valueOf(refused.getMessage());
    }
}
