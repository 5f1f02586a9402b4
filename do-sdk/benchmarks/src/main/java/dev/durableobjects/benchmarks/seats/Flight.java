package dev.durableobjects.benchmarks.seats;

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

/// The seats of one flight, as an app on the SDK would write them.
final class Flight extends DurableObject implements FlightApi {

    private final SqlStorage sql;

    Flight(DurableObjectState ctx, Env env) {
        super(ctx, env);
        sql = ctx.storage().sql();
        sql.exec(SeatSql.CREATE_SEATS);
        sql.exec(SeatSql.CREATE_COUNTER);
        if (sql.exec(SeatSql.ANY_SEAT).first().isEmpty()) {
            SeatSql.seatIds().forEach(id -> sql.exec(SeatSql.ADD_SEAT, id));
        }
    }

    @Override
    public List<Seat> getSeats() {
        return sql.exec(SeatSql.SEATS).toList(Seat.class);
    }

    @Override
    public BookingResult assignSeat(String seatNumber, String name) {
        Optional<SqlRow> seat = sql.exec(SeatSql.OCCUPANT, seatNumber).first();
        if (seat.isEmpty() || !seat.get().isNull("occupant")) {
            return BookingResult.refused();
        }
        sql.exec(SeatSql.LEAVE, name);
        sql.exec(SeatSql.TAKE, name, seatNumber);
        String seats = Json.text(getSeats());
        for (WebSocket socket : ctx.webSockets()) {
            socket.send(seats);
        }
        return BookingResult.booked(seatNumber);
    }

    @Override
    public long bump() {
        return sql.exec(SeatSql.BUMP).one().getLong("v");
    }

    @Override
    public Response fetch(Request request) {
        WebSocketPair pair = WebSocketPair.create();
        ctx.acceptWebSocket(pair.server());
        return Response.webSocket(pair.client());
    }
}
