package dev.durableobjects.example.seatbooking;

import dev.durableobjects.sql.SqlStorage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// The seats of a flight that are held while somebody fills in the form: each for a short time, and
/// one for each holder.
final class Holds {

    private final SqlStorage sql;
    private final Duration time;

    Holds(SqlStorage sql, Duration time) {
        this.sql = sql;
        this.time = time;
        sql.exec(
                """
                CREATE TABLE IF NOT EXISTS holds (
                    seat_id TEXT PRIMARY KEY, holder TEXT, held_until INTEGER)
                """);
    }

    /// Holds a seat, instead of any other that its holder held before; again means anew.
    ///
    /// @return when the hold is over
    Instant take(Hold hold) {
        Instant until = Instant.now().plus(time);
        sql.exec("DELETE FROM holds WHERE holder = ?", hold.holder());
        sql.exec(
                "INSERT OR REPLACE INTO holds VALUES (?, ?, ?)",
                hold.seatNumber(),
                hold.holder(),
                until.toEpochMilli());
        return until;
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
                        Instant.now().toEpochMilli())
                .first()
                .isPresent();
    }

    /// Ends a hold.
    ///
    /// @return whether there was this one
    boolean release(Hold hold) {
        return deleted(
                "DELETE FROM holds WHERE seat_id = ? AND holder = ?",
                hold.seatNumber(),
                hold.holder());
    }

    /// Ends whatever hold a seat has.
    ///
    /// @return whether it had one
    boolean end(String seatNumber) {
        return deleted("DELETE FROM holds WHERE seat_id = ?", seatNumber);
    }

    /// Ends the holds whose time is over.
    ///
    /// @return whether there were any
    boolean expire() {
        return deleted("DELETE FROM holds WHERE held_until <= ?", Instant.now().toEpochMilli());
    }

    /// Returns the seats that are held, and for how much longer.
    List<HeldSeat> list() {
        long now = Instant.now().toEpochMilli();
        return sql.exec(
                        """
                        SELECT seat_id AS seat_number, held_until - ?1 AS held_millis
                        FROM holds WHERE held_until > ?1 ORDER BY held_until, seat_id
                        """,
                        now)
                .toList(HeldSeat.class);
    }

    private boolean deleted(String statement, Object... bindings) {
        return sql.exec(statement, bindings).rowsWritten() > 0;
    }
}
