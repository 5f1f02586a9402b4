package dev.durableobjects.benchmarks.seats;

import java.util.ArrayList;
import java.util.List;

/// The statements that both servers run.
final class SeatSql {

    static final String CREATE_SEATS =
            "CREATE TABLE IF NOT EXISTS seats (seat_id TEXT PRIMARY KEY, occupant TEXT)";
    static final String CREATE_COUNTER =
            "CREATE TABLE IF NOT EXISTS counter (k INTEGER PRIMARY KEY, v INTEGER)";
    static final String ANY_SEAT = "SELECT seat_id FROM seats LIMIT 1";
    static final String ADD_SEAT = "INSERT INTO seats VALUES (?, NULL)";
    static final String SEATS = "SELECT seat_id AS seat_number, occupant FROM seats ORDER BY rowid";
    static final String OCCUPANT = "SELECT occupant FROM seats WHERE seat_id = ?";
    static final String LEAVE = "UPDATE seats SET occupant = NULL WHERE occupant = ?";
    static final String TAKE = "UPDATE seats SET occupant = ? WHERE seat_id = ?";
    static final String BUMP =
            """
            INSERT INTO counter VALUES (1, 1)
            ON CONFLICT (k) DO UPDATE SET v = v + 1 RETURNING v
            """;

    private static final int ROWS = 10;
    private static final List<String> LETTERS = List.of("A", "B", "C", "D", "E", "F");

    private SeatSql() {}

    /// Returns the ids of all seats, front to back.
    static List<String> seatIds() {
        List<String> ids = new ArrayList<>();
        for (int row = 1; row <= ROWS; row++) {
            for (String letter : LETTERS) {
                ids.add(row + letter);
            }
        }
        return ids;
    }
}
