package dev.durableobjects.example.seatbooking;

import dev.durableobjects.sql.SqlStorage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// The seats of a flight that are held while somebody fills in the form, each for two minutes at
/// most.
final class Holds {

    private static final Duration TIME = Duration.ofMinutes(2);

    private final SqlStorage sql;
    private final InstantSource clock;

    Holds(SqlStorage sql, InstantSource clock) {
        this.sql = sql;
        this.clock = clock;
        sql.exec(
                """
                CREATE TABLE IF NOT EXISTS holds (
                    seat_id TEXT PRIMARY KEY, holder TEXT, held_until INTEGER)
                """);
    }

    /// Holds a seat for a holder who has no other; holding it again renews the time.
    ///
    /// @return when the hold is over
    Instant take(Hold hold) {
        Instant until = Instant.ofEpochMilli(clock.millis()).plus(TIME);
        sql.exec(
                "INSERT OR REPLACE INTO holds VALUES (?, ?, ?)",
                hold.seatNumber(),
                hold.holder(),
                until.toEpochMilli());
        return until;
    }

    /// Returns the seat that somebody holds.
    Optional<String> seatOf(String holder) {
        return sql.exec("SELECT seat_id FROM holds WHERE holder = ?", holder)
                .first()
                .map(seat -> seat.getString("seat_id"));
    }

    /// Returns whether somebody else holds a seat.
    boolean isHeldByAnother(String seatNumber, String holder) {
        return sql.exec(
                        """
                        SELECT 1 FROM holds
                        WHERE seat_id = ? AND holder <> ? AND held_until > ?
                        """,
                        seatNumber,
                        holder,
                        clock.millis())
                .first()
                .isPresent();
    }

    /// Ends whatever hold a seat has.
    ///
    /// @return whether it had one
    boolean end(String seatNumber) {
        return sql.exec("DELETE FROM holds WHERE seat_id = ?", seatNumber).rowsWritten() > 0;
    }

    /// Returns the seats that are held, and for how much longer.
    List<HeldSeat> list() {
        return sql.exec(
                        """
                        SELECT seat_id AS seat_number, held_until - ?1 AS held_millis
                        FROM holds WHERE held_until > ?1 ORDER BY held_until, seat_id
                        """,
                        clock.millis())
                .toList(HeldSeat.class);
    }
}
