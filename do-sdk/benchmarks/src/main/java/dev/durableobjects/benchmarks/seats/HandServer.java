package dev.durableobjects.benchmarks.seats;

import io.helidon.http.HeaderNames;
import io.helidon.logging.common.LogConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentHashMap;

/// Serves the seats without the SDK, as somebody would write it who needs just this: `HandServer
/// PORT DIRECTORY`. It never lets an object go, checks nothing and has no WebSockets.
///
/// Safe for use by many threads.
public final class HandServer {

    private final ConcurrentHashMap<String, HandSeats> flights = new ConcurrentHashMap<>();
    private final Path directory;

    private HandServer(Path directory) {
        this.directory = directory;
    }

    /// Starts the server; it runs until the process gets SIGINT or SIGTERM.
    public static void main(String[] arguments) throws IOException {
        LogConfig.configureRuntime();
        Path directory = Files.createDirectories(Path.of(arguments[1]));
        start(directory, Integer.parseInt(arguments[0]));
    }

    static WebServer start(Path directory, int port) {
        HandServer hand = new HandServer(directory);
        return WebServer.builder()
                .host("127.0.0.1")
                .port(port)
                .addRouting(
                        HttpRouting.builder().get("/seats", hand::seats).get("/bump", hand::bump))
                .build()
                .start();
    }

    private void seats(ServerRequest request, ServerResponse response) throws SQLException {
        send(response, flight(request).seats());
    }

    private void bump(ServerRequest request, ServerResponse response)
            throws SQLException, IOException {
        send(response, Long.toString(flight(request).bump()));
    }

    private HandSeats flight(ServerRequest request) {
        return flights.computeIfAbsent(request.query().get("flightId"), this::open);
    }

    private HandSeats open(String flightId) {
        try {
            return new HandSeats(directory.resolve(flightId + ".sqlite"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open flight " + flightId, e);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot open flight " + flightId, e);
        }
    }

    private static void send(ServerResponse response, String json) {
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.send(json);
    }
}
