package dev.durableobjects.benchmarks.seats;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObjectStub;
import dev.durableobjects.Env;
import dev.durableobjects.Worker;
import dev.durableobjects.benchmarks.Args;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.runtime.DurableObjects;
import io.helidon.logging.common.LogConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Serves the seats on the SDK, with all its settings at their defaults: `SeatServer PORT
/// DIRECTORY`, or with fewer days of history than that: `SeatServer PORT DIRECTORY history=0`.
public final class SeatServer {

    static final Binding<FlightApi> FLIGHT = Binding.of("FLIGHT", FlightApi.class);

    /// For how long an object's past is kept by default.
    static final int HISTORY_DAYS = 30;

    private SeatServer() {}

    /// Starts the server; it runs until the process gets SIGINT or SIGTERM.
    public static void main(String[] arguments) {
        LogConfig.configureRuntime();
        Args args =
                Args.of(
                        Arrays.copyOfRange(arguments, 2, arguments.length),
                        Map.of("history", List.of(HISTORY_DAYS)));
        DurableObjects objects = objects(Path.of(arguments[1]), args.number("history"));
        start(objects, Integer.parseInt(arguments[0]));
    }

    static DurableObjects objects(Path directory, int historyDays) {
        return DurableObjects.builder()
                .directory(directory)
                .namespace(
                        FLIGHT,
                        Flight::new,
                        settings -> settings.history(Duration.ofDays(historyDays)))
                .build();
    }

    static WebServer start(DurableObjects objects, int port) {
        WebServerConfig.Builder server = WebServer.builder().host("127.0.0.1").port(port);
        objects.mount(server, new SeatWorker());
        return server.build().start();
    }

    /// Passes a request on to its flight.
    private static final class SeatWorker implements Worker {

        @Override
        public Response fetch(Request request, Env env) {
            String flightId = request.query("flightId").orElse("");
            if (flightId.isEmpty()) {
                return Response.text(404, "Flight ID not found");
            }
            DurableObjectStub<FlightApi> flight = env.namespace(FLIGHT).getByName(flightId);
            return switch (request.path()) {
                case "/seats" -> Response.json(flight.rpc().getSeats());
                case "/bump" -> Response.json(flight.rpc().bump());
                case "/book-seat" -> {
                    Booking booking = request.json(Booking.class);
                    yield Response.json(
                            flight.rpc().assignSeat(booking.seatNumber(), booking.name()));
                }
                case "/ws" -> flight.fetch(request);
                default -> Response.text(404, "Not found");
            };
        }
    }
}
