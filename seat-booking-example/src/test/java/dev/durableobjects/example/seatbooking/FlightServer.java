package dev.durableobjects.example.seatbooking;

import dev.durableobjects.Limit;
import dev.durableobjects.runtime.DurableObjects;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Flights behind a server in this process, in a time that a test moves on.
final class FlightServer implements AutoCloseable {

    /// More than any test has.
    private static final int MANY = 100;

    private final List<String> constructed = new CopyOnWriteArrayList<>();
    private final DurableObjects objects;
    private final WebServer server;

    private FlightServer(Path directory, InstantSource clock, int liveMax) {
        objects =
                DurableObjects.builder()
                        .directory(directory)
                        .clock(clock)
                        .limit(Limit.LIVE_OBJECTS, liveMax)
                        .limit(Limit.ALARMS_RUNNING, 1) // One after the other, as they are due.
                        .namespace(
                                SeatWorker.FLIGHT,
                                (ctx, env) -> {
                                    constructed.add(ctx.id().name().orElseThrow());
                                    return new Flight(ctx, env, clock);
                                })
                        .build();
        WebServerConfig.Builder web = WebServer.builder().port(0).host("127.0.0.1");
        objects.mount(web, new SeatWorker());
        server = web.build().start();
    }

    static FlightServer start(Path directory, InstantSource clock) {
        return new FlightServer(directory, clock, MANY);
    }

    /// Starts a server that has one flight in memory at a time: a flight that is asked something
    /// makes the one before leave.
    static FlightServer startSmall(Path directory, InstantSource clock) {
        return new FlightServer(directory, clock, 1);
    }

    SeatClient client(String flightId) {
        return new SeatClient(server.port(), flightId);
    }

    /// Returns the flights that have come into memory, in this order.
    List<String> constructed() {
        return constructed;
    }

    @Override
    public void close() {
        objects.close();
        server.stop();
    }
}
