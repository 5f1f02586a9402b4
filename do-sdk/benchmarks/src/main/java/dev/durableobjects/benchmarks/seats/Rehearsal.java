package dev.durableobjects.benchmarks.seats;

import dev.durableobjects.benchmarks.Scratch;
import dev.durableobjects.runtime.DurableObjects;
import io.helidon.logging.common.LogConfig;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;

/// Does once what a server of the seats does first, then ends: with `-XX:ArchiveClassesAtExit=FILE`
/// the JVM then writes the classes that it has loaded into a file, from which servers start faster
/// (JEP 350).
final class Rehearsal {

    private static final List<String> PATHS = List.of("/seats", "/bump", "/seats");

    private Rehearsal() {}

    /// Runs the program.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        LogConfig.configureRuntime();
        try (Scratch scratch = new Scratch()) {
            run(scratch.path());
        }
    }

    private static void run(Path directory) throws IOException, InterruptedException {
        DurableObjects objects = SeatServer.objects(directory, SeatServer.HISTORY_DAYS);
        WebServer server = SeatServer.start(objects, 0);
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (String path : PATHS) {
                URI target =
                        URI.create(
                                "http://127.0.0.1:%d%s?flightId=1".formatted(server.port(), path));
                int status =
                        client.send(HttpRequest.newBuilder(target).build(), BodyHandlers.ofString())
                                .statusCode();
                if (status != 200) {
                    throw new IllegalStateException(path + " answered with status " + status);
                }
            }
        } finally {
            try (objects) {
                server.stop();
            }
        }
    }
}
