package dev.durableobjects.example.seatbooking;

import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.Schedule;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.json.Json;
import dev.durableobjects.sql.SqlRow;
import dev.durableobjects.sql.SqlStorage;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketPair;
import dev.durableobjects.websocket.WebSocketRequestResponsePair;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One flight: its seats, who sits where, and everybody who watches.
///
/// There is one object per flight id. Its methods run one at a time, so "look whether the seat is
/// free, then take it" needs no lock and no transaction of its own.
final class Flight extends DurableObject implements FlightApi {

    private static final int ROWS = 10;
    private static final List<String> LETTERS = List.of("A", "B", "C", "D", "E", "F");

    /// The tag of the sockets that want to hear of holds.
    private static final String HOLDS = "holds";

    private final SqlStorage sql;
    private final Holds holds;

    Flight(DurableObjectState ctx, Env env) {
        this(ctx, env, InstantSource.system());
    }

    Flight(DurableObjectState ctx, Env env, InstantSource clock) {
        super(ctx, env);
        sql = ctx.storage().sql();
        holds = new Holds(sql, clock);
        initializeSeats();
        ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
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
    public BookingResult assignSeat(Booking booking) {
        Optional<BookingResult> refusal = refusal(booking.seatNumber(), booking.holder());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        sql.exec("UPDATE seats SET occupant = NULL WHERE occupant = ?", booking.name());
        sql.exec(
                "UPDATE seats SET occupant = ? WHERE seat_id = ?",
                booking.name(),
                booking.seatNumber());
        broadcastSeats();
        if (endHold(booking.seatNumber())) {
            broadcastHolds();
        }
        return BookingResult.booked(booking.seatNumber());
    }

    private Optional<BookingResult> refusal(String seatNumber, String holder) {
        Optional<SqlRow> seat =
                sql.exec("SELECT occupant FROM seats WHERE seat_id = ?", seatNumber).first();
        if (seat.isEmpty()) {
            return Optional.of(BookingResult.unknown());
        }
        boolean isFree =
                seat.get().isNull("occupant") && !holds.isHeldByAnother(seatNumber, holder);
        return isFree ? Optional.empty() : Optional.of(BookingResult.taken());
    }

    @Override
    public List<HeldSeat> getHolds() {
        return holds.list();
    }

    @Override
    public BookingResult holdSeat(Hold hold) {
        Optional<BookingResult> refusal = refusal(hold.seatNumber(), hold.holder());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        holds.seatOf(hold.holder()).ifPresent(this::endHold);
        ctx.schedules().at(hold.seatNumber(), holds.take(hold));
        broadcastHolds();
        return BookingResult.held(hold.seatNumber());
    }

    @Override
    public BookingResult releaseSeat(Hold hold) {
        if (holds.seatOf(hold.holder()).equals(Optional.of(hold.seatNumber()))) {
            endHold(hold.seatNumber());
            broadcastHolds();
        }
        return BookingResult.released(hold.seatNumber());
    }

    private boolean endHold(String seatNumber) {
        ctx.schedules().cancel(seatNumber);
        return holds.end(seatNumber);
    }

    @Override
    public void scheduled(Schedule schedule) {
        if (holds.end(schedule.name())) {
            broadcastHolds();
        }
    }

    @Override
    public Response fetch(Request request) {
        return handleWebSocket(request.query("holds").isPresent());
    }

    private Response handleWebSocket(boolean isWatchingHolds) {
        WebSocketPair pair = WebSocketPair.create();
        ctx.acceptWebSocket(pair.server(), isWatchingHolds ? List.of(HOLDS) : List.of());
        return Response.webSocket(pair.client());
    }

    private void broadcastSeats() {
        String seats = Json.text(getSeats());
        for (WebSocket socket : ctx.webSockets()) {
            socket.send(seats);
        }
    }

    private void broadcastHolds() {
        String text = Json.text(Map.of("holds", holds.list()));
        for (WebSocket socket : ctx.webSockets(HOLDS)) {
            socket.send(text);
        }
    }
}
