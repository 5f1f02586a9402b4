package dev.durableobjects.example.seatbooking;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObjectStub;
import dev.durableobjects.Env;
import dev.durableobjects.Worker;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import java.util.function.Function;
import java.util.function.Supplier;

/// The router: finds the flight that a request is about, and passes the request on.
final class SeatWorker implements Worker {

    static final Binding<FlightApi> FLIGHT = Binding.of("FLIGHT", FlightApi.class);
    static final String FLIGHT_ID = "[A-Za-z0-9-]{1,32}";

    @Override
    public Response fetch(Request request, Env env) {
        String flightId = request.query("flightId").orElse("");
        if (flightId.isEmpty()) {
            return Response.text(
                    404, "Flight ID not found. Provide flightId in the query parameter");
        }
        if (!flightId.matches(FLIGHT_ID)) {
            return Response.text(400, "flightId must be 1 to 32 letters, digits or hyphens");
        }
        DurableObjectStub<FlightApi> flight = env.namespace(FLIGHT).getByName(flightId);
        return switch (request.path()) {
            case "/seats" -> only("GET", request, () -> Response.json(flight.rpc().getSeats()));
            case "/holds" -> only("GET", request, () -> Response.json(flight.rpc().getHolds()));
            case "/book-seat" -> post(request, Booking.class, flight.rpc()::assignSeat);
            case "/hold-seat" -> post(request, Hold.class, flight.rpc()::holdSeat);
            case "/release-seat" -> post(request, Hold.class, flight.rpc()::releaseSeat);
            case "/ws" -> only("GET", request, () -> flight.fetch(request));
            default -> Response.text(404, "Not found");
        };
    }

    private static Response only(String method, Request request, Supplier<Response> answer) {
        boolean isHead = method.equals("GET") && request.method().equals("HEAD");
        return isHead || request.method().equals(method)
                ? answer.get()
                : Response.text(405, "Use " + method).withHeader("allow", method);
    }

    private static <T extends Record> Response post(
            Request request, Class<T> type, Function<T, BookingResult> question) {
        return only("POST", request, () -> answer(request, type, question));
    }

    private static <T extends Record> Response answer(
            Request request, Class<T> type, Function<T, BookingResult> question) {
        T asked;
        try {
            asked = request.json(type);
        } catch (IllegalArgumentException e) {
            return answer(BookingResult.refused(e.getMessage()));
        }
        return answer(question.apply(asked));
    }

    private static Response answer(BookingResult result) {
        return Response.json(result.status(), result);
    }
}
