package dev.durableobjects.benchmarks.seats;

import dev.durableobjects.runtime.DurableObjects;
import io.helidon.logging.common.LogConfig;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Does once what a server of the seats does first, then ends: with `-XX:ArchiveClassesAtExit=FILE`
/// the JVM then writes the classes that it has loaded into a file, from which servers start faster
/// (JEP 350).
final class Rehearsal {

    private static final List<String> PATHS = List.of("/seats", "/bump", "/seats");

    private Rehearsal() {}

    /// Runs the program.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        LogConfig.configureRuntime();
        Path directory = Files.createTempDirectory("rehearsal");
        try {
            run(directory);
        } finally {
            delete(directory);
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

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
