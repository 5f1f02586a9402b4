package dev.durableobjects.example.seatbooking;

import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.json.Json;
import dev.durableobjects.sql.SqlRow;
import dev.durableobjects.sql.SqlStorage;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketPair;
import java.util.List;
import java.util.Optional;

/// One flight: its seats, who sits where, and everybody who watches.
///
/// There is one object per flight id. Its methods run one at a time, so "look whether the seat is
/// free, then take it" needs no lock and no transaction of its own.
final class Flight extends DurableObject implements FlightApi {

    private static final int ROWS = 10;
    private static final List<String> LETTERS = List.of("A", "B", "C", "D", "E", "F");

    private final SqlStorage sql;

    Flight(DurableObjectState ctx, Env env) {
        super(ctx, env);
        sql = ctx.storage().sql();
        initializeSeats();
    }

    private void initializeSeats() {
        sql.exec("CREATE TABLE IF NOT EXISTS seats (seat_id TEXT PRIMARY KEY, occupant TEXT)");
        // The same database through Helidon's DbClient: use whichever you know better.
        boolean created =
                ctx.storage()
                        .dbClient()
                        .execute()
                        .get("SELECT seat_id FROM seats LIMIT 1")
                        .isPresent();
        if (created) {
            return;
        }
        for (int row = 1; row <= ROWS; row++) {
            for (String letter : LETTERS) {
                sql.exec("INSERT INTO seats VALUES (?, NULL)", row + letter);
            }
        }
    }

    @Override
    public List<Seat> getSeats() {
        return sql.exec("SELECT seat_id AS seat_number, occupant FROM seats ORDER BY rowid")
                .toList(Seat.class);
    }

    @Override
    public BookingResult assignSeat(String seatNumber, String name) {
        Optional<SqlRow> seat =
                sql.exec("SELECT occupant FROM seats WHERE seat_id = ?", seatNumber).first();
        if (seat.isEmpty()) {
            return BookingResult.unknown();
        }
        if (!seat.get().isNull("occupant")) {
            return BookingResult.taken();
        }
        sql.exec("UPDATE seats SET occupant = NULL WHERE occupant = ?", name);
        sql.exec("UPDATE seats SET occupant = ? WHERE seat_id = ?", name, seatNumber);
        broadcastSeats();
        return BookingResult.booked(seatNumber);
    }

    @Override
    public Response fetch(Request request) {
        return handleWebSocket();
    }

    private Response handleWebSocket() {
        WebSocketPair pair = WebSocketPair.create();
        ctx.acceptWebSocket(pair.server());
        return Response.webSocket(pair.client());
    }

    private void broadcastSeats() {
        String seats = Json.text(getSeats());
        for (WebSocket socket : ctx.webSockets()) {
            socket.send(seats);
        }
    }
}
