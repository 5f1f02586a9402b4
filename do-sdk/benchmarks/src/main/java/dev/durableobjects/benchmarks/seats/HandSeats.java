package dev.durableobjects.benchmarks.seats;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.ReentrantLock;
import org.sqlite.SQLiteConfig;

/// The seats of one flight by hand: one connection, one lock, and one force of the write-ahead log
/// for all commits that wait together.
///
/// Safe for use by many threads.
final class HandSeats {

    private static final String SETTINGS =
            """
            PRAGMA locking_mode = EXCLUSIVE;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = NORMAL;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -512;
            """;

    private final ReentrantLock statements = new ReentrantLock();
    private final PreparedStatement seats;
    private final PreparedStatement bump;

    private final ReentrantLock forcing = new ReentrantLock();
    private final RandomAccessFile log;

    private volatile long committed;
    private long durable; // Guarded by forcing.

    HandSeats(Path file) throws SQLException, IOException {
        SQLiteConfig config = new SQLiteConfig();
        config.setGetGeneratedKeys(false);
        Connection connection = config.createConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(SETTINGS);
            statement.executeUpdate(SeatSql.CREATE_SEATS);
            statement.executeUpdate(SeatSql.CREATE_COUNTER);
        }
        fill(connection);
        seats = connection.prepareStatement(SeatSql.SEATS);
        bump = connection.prepareStatement(SeatSql.BUMP);
        log = new RandomAccessFile(file + "-wal", "rw");
    }

    private static void fill(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(SeatSql.ANY_SEAT)) {
            if (rows.next()) {
                return;
            }
        }
        connection.setAutoCommit(false);
        try (PreparedStatement add = connection.prepareStatement(SeatSql.ADD_SEAT)) {
            for (String id : SeatSql.seatIds()) {
                add.setString(1, id);
                add.executeUpdate();
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    /// Returns all seats as JSON.
    String seats() throws SQLException {
        StringBuilder json = new StringBuilder("[");
        statements.lock();
        try (ResultSet rows = seats.executeQuery()) {
            while (rows.next()) {
                String occupant = rows.getString(2);
                json.append(json.length() == 1 ? "{" : ",{")
                        .append("\"seatNumber\":\"")
                        .append(rows.getString(1))
                        .append("\",\"occupant\":")
                        .append(occupant == null ? "null" : '"' + occupant + '"')
                        .append('}');
            }
        } finally {
            statements.unlock();
        }
        return json.append(']').toString();
    }

    /// Counts one up, and returns when that is durable.
    long bump() throws SQLException, IOException {
        long value;
        long mine;
        statements.lock();
        try (ResultSet rows = bump.executeQuery()) {
            rows.next();
            value = rows.getLong(1);
            rows.next(); // The end of the statement commits.
            mine = committed + 1;
            committed = mine;
        } finally {
            statements.unlock();
        }
        awaitDurable(mine);
        return value;
    }

    private void awaitDurable(long position) throws IOException {
        forcing.lock();
        try {
            if (durable < position) {
                long reached = committed;
                log.getChannel().force(false);
                durable = reached;
            }
        } finally {
            forcing.unlock();
        }
    }
}
