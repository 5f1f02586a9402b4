package dev.durableobjects.example.seatbooking;

import dev.durableobjects.Limit;
import dev.durableobjects.runtime.DurableObjects;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;

/// Recorded flights behind a server in a process of its own, to be killed.
final class FlightProcess {

    /// What comes before the port, in the line that tells it.
    static final String PORT = "port ";

    private FlightProcess() {}

    /// Starts the server, and tells its port.
    ///
    /// @param arguments the data directory and the origin of the clock
    public static void main(String[] arguments) throws IOException {
        DurableObjects objects =
                open(Path.of(arguments[0]), new FastClock(Instant.parse(arguments[1])));
        WebServerConfig.Builder web = WebServer.builder().port(0).host("127.0.0.1");
        objects.mount(web, new SeatWorker());
        String port = PORT + web.build().start().port() + "\n";
        new FileOutputStream(FileDescriptor.out).write(port.getBytes(StandardCharsets.UTF_8));
    }

    /// Opens a data directory with a small journal.
    static DurableObjects open(Path directory, FastClock clock) {
        return DurableObjects.builder()
                .directory(directory)
                .clock(clock)
                .limit(Limit.JOURNAL_MIB, 1)
                .namespace(SeatWorker.FLIGHT, (ctx, env) -> new RecordedFlight(ctx, env, clock))
                .build();
    }

    /// Starts the process; what it says is its output.
    static Process start(Path directory, FastClock clock) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx128m",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        FlightProcess.class.getName(),
                        directory.toString(),
                        clock.origin().toString())
                .redirectErrorStream(true)
                .start();
    }
}
