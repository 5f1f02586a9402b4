package dev.durableobjects.example.seatbooking;

import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.Schedule;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.sql.SqlRow;
import dev.durableobjects.sql.SqlStorage;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// A flight that writes down what becomes of its holds, in the transactions of the flight itself.
final class RecordedFlight extends DurableObject implements FlightApi {

    private final SqlStorage sql;
    private final InstantSource clock;
    private final Flight flight;

    RecordedFlight(DurableObjectState ctx, Env env, InstantSource clock) {
        super(ctx, env);
        this.sql = ctx.storage().sql();
        this.clock = clock;
        this.flight = new Flight(ctx, env, clock);
        sql.exec(
                """
                CREATE TABLE IF NOT EXISTS records (
                    holder TEXT, seat_id TEXT, until INTEGER, state TEXT)
                """);
        sql.exec("CREATE TABLE IF NOT EXISTS faults (what TEXT)");
    }

    @Override
    public List<Seat> getSeats() {
        return flight.getSeats();
    }

    @Override
    public List<HeldSeat> getHolds() {
        return flight.getHolds();
    }

    @Override
    public BookingResult assignSeat(Booking booking) {
        BookingResult result = flight.assignSeat(booking);
        if (result.status() == 200) {
            end("booked", booking.seatNumber(), booking.holder());
        }
        return result;
    }

    @Override
    public BookingResult holdSeat(Hold hold) {
        BookingResult result = flight.holdSeat(hold);
        if (result.status() == 200) {
            end("taken", hold.seatNumber(), hold.holder());
            sql.exec(
                    "UPDATE records SET state = 'left' WHERE holder = ? AND state = ''",
                    hold.holder());
            sql.exec(
                    "INSERT INTO records VALUES (?, ?, ?, '')",
                    hold.holder(),
                    hold.seatNumber(),
                    ctx.schedules().get(hold.seatNumber()).orElseThrow().due().toEpochMilli());
        }
        return result;
    }

    /// Ends the hold of a seat, which must be this holder's, or over: an expiry may be late.
    private void end(String state, String seatNumber, String holder) {
        long stolen =
                sql.exec(
                                """
                                SELECT count(*) AS n FROM records
                                WHERE seat_id = ? AND state = '' AND holder <> ? AND until > ?
                                """,
                                seatNumber,
                                holder,
                                clock.millis())
                        .one()
                        .getLong("n");
        if (stolen > 0) {
            fault("seat %s was %s and held by another".formatted(seatNumber, state));
        }
        sql.exec(
                "UPDATE records SET state = ? WHERE seat_id = ? AND state = ''", state, seatNumber);
    }

    @Override
    public BookingResult releaseSeat(Hold hold) {
        BookingResult result = flight.releaseSeat(hold);
        sql.exec(
                """
                UPDATE records SET state = 'released'
                WHERE seat_id = ? AND holder = ? AND state = ''
                """,
                hold.seatNumber(),
                hold.holder());
        return result;
    }

    @Override
    public void scheduled(Schedule schedule) {
        flight.scheduled(schedule);
        String what = "the hold of %s until %s".formatted(schedule.name(), schedule.due());
        if (clock.instant().isBefore(schedule.due())) {
            fault(what + " ended early");
        }
        long open =
                sql.exec(
                                """
                                SELECT count(*) AS n FROM records
                                WHERE seat_id = ? AND until = ? AND state = ''
                                """,
                                schedule.name(),
                                schedule.due().toEpochMilli())
                        .one()
                        .getLong("n");
        if (open != 1) {
            fault("%s ended, of which there were %d".formatted(what, open));
        }
        sql.exec(
                "UPDATE records SET state = 'expired' WHERE seat_id = ? AND state = ''",
                schedule.name());
    }

    private void fault(String what) {
        sql.exec("INSERT INTO faults VALUES (?)", what);
    }

    /// Answers with the [FlightRecord], or as the flight does.
    @Override
    public Response fetch(Request request) {
        return request.path().equals("/record") ? Response.json(record()) : flight.fetch(request);
    }

    private FlightRecord record() {
        List<String> faults =
                new ArrayList<>(sql.exec("SELECT what FROM faults").map(SqlRow::toString));
        Set<String> known = open("SELECT seat_id, until FROM records WHERE state = ''");
        Set<String> held = open("SELECT seat_id, held_until AS until FROM holds");
        Set<String> pending = new TreeSet<>();
        for (Schedule one : ctx.schedules().list()) {
            pending.add(one.name() + "@" + one.due().toEpochMilli());
        }
        if (!held.equals(known) || !pending.equals(known)) {
            faults.add("known %s, held %s, pending %s".formatted(known, held, pending));
        }
        return new FlightRecord(
                sql.exec("SELECT * FROM records").toList(FlightRecord.Entry.class), faults);
    }

    private Set<String> open(String query) {
        return new TreeSet<>(
                sql.exec(query).map(row -> row.getString("seat_id") + "@" + row.getLong("until")));
    }
}
