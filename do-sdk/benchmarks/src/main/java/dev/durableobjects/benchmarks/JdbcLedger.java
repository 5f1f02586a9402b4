package dev.durableobjects.benchmarks;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;

/// The least that sqlite-jdbc can do: statements prepared once, columns by position, on a file with
/// the settings of an object's database, checkpoints aside.
///
/// Only one thread may use it.
final class JdbcLedger implements LedgerApi, AutoCloseable {

    /// Those that the SDK's `Access` gives to an object's database, but SQLite makes its own
    /// checkpoints, and forces for them: here no journal does.
    private static final String SETTINGS =
            """
            PRAGMA locking_mode = EXCLUSIVE;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = NORMAL;
            PRAGMA wal_autocheckpoint = 1000;
            PRAGMA foreign_keys = ON;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -512;
            """;

    private final Connection connection;

    private final PreparedStatement point;
    private final PreparedStatement scan;
    private final PreparedStatement upsert;
    private final PreparedStatement get;
    private final PreparedStatement put;

    JdbcLedger(Path file) {
        connection = sql(() -> config().createConnection("jdbc:sqlite:" + file));
        sql(() -> {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate(SETTINGS);
                statement.executeUpdate(LedgerSql.CREATE);
                statement.executeUpdate(LedgerSql.CREATE_PAIR);
            }
            connection.setAutoCommit(false);
            return true;
        });
        point = prepare(LedgerSql.POINT);
        scan = prepare(LedgerSql.SCAN);
        upsert = prepare(LedgerSql.UPSERT);
        get = prepare(LedgerSql.GET);
        put = prepare(LedgerSql.PUT);
    }

    /// Without this the driver asks for the last row id after each update.
    private static SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        config.setGetGeneratedKeys(false);
        return config;
    }

    @Override
    public void fill(int rows) {
        upserts(rows);
        puts(rows);
    }

    @Override
    public long points(int count) {
        return event(() -> {
            long length = 0;
            for (int i = 0; i < count; i++) {
                point.setLong(1, LedgerSql.id(i));
                try (ResultSet rows = point.executeQuery()) {
                    rows.next();
                    length += rows.getString(1).length();
                }
            }
            return length;
        });
    }

    @Override
    public long scans(int count) {
        return event(() -> {
            long sum = 0;
            for (int i = 0; i < count; i++) {
                try (ResultSet rows = scan.executeQuery()) {
                    while (rows.next()) {
                        sum += rows.getString(1).length() + rows.getLong(2);
                    }
                }
            }
            return sum;
        });
    }

    @Override
    public long upserts(int count) {
        return event(() -> {
            for (int i = 0; i < count; i++) {
                long id = LedgerSql.id(i);
                upsert.setLong(1, id);
                upsert.setString(2, LedgerSql.name(id));
                upsert.setLong(3, i);
                upsert.executeUpdate();
            }
            return (long) count;
        });
    }

    @Override
    public long gets(int count) {
        return event(() -> {
            long length = 0;
            for (int i = 0; i < count; i++) {
                get.setString(1, LedgerSql.key(i));
                try (ResultSet rows = get.executeQuery()) {
                    rows.next();
                    length += rows.getString(1).length();
                }
            }
            return length;
        });
    }

    @Override
    public long puts(int count) {
        return event(() -> {
            for (int i = 0; i < count; i++) {
                put.setString(1, LedgerSql.key(i));
                put.setString(2, LedgerSql.name(LedgerSql.id(i)));
                put.executeUpdate();
            }
            return (long) count;
        });
    }

    @Override
    public void close() {
        sql(() -> {
            connection.close();
            return true;
        });
    }

    private PreparedStatement prepare(String text) {
        return sql(() -> connection.prepareStatement(text));
    }

    private long event(Work<Long> work) {
        return sql(() -> {
            long result = work.run();
            connection.commit();
            return result;
        });
    }

    private static <R> R sql(Work<R> work) {
        try {
            return work.run();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Something that JDBC does.
    private interface Work<R> {

        R run() throws SQLException;
    }
}
