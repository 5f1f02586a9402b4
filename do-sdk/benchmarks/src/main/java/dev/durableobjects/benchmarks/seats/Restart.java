package dev.durableobjects.benchmarks.seats;

import dev.durableobjects.benchmarks.Args;
import dev.durableobjects.benchmarks.Report;
import dev.durableobjects.runtime.DurableObjects;
import io.helidon.logging.common.LogConfig;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// How long a server is away after it was killed with a full journal.
///
/// `Restart DIRECTORY` fills the journal of `objects=1000` flights there to `mib=256`, then
/// `rounds=5` times kills the server (kill -9) and starts it again: from the start of the process
/// to the first answer of status 200, Java's own start included. Goal: 2 seconds. `mib=0` shows
/// what a start with nothing to recover takes. The server gets the options of this JVM; `archive=0`
/// leaves out the archive of classes (`-XX:SharedArchiveFile`).
final class Restart {

    private static final int THREADS = 64;

    /// The options of the JVM that make it use an archive of classes.
    private static final List<String> ARCHIVE_OPTIONS =
            List.of("-XX:SharedArchiveFile=", "-Xshare:");

    private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Path directory;
    private final int port;
    private final List<String> options;

    private Restart(Path directory, int port, boolean hasArchive) {
        this.directory = directory;
        this.port = port;
        this.options =
                ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        .filter(option -> hasArchive || !isOfArchive(option))
                        .toList();
    }

    private static boolean isOfArchive(String option) {
        return ARCHIVE_OPTIONS.stream().anyMatch(option::startsWith);
    }

    /// Runs the program.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        LogConfig.configureRuntime();
        Path directory = Path.of(arguments[0]);
        Args args =
                Args.of(
                        Arrays.copyOfRange(arguments, 1, arguments.length),
                        Map.of(
                                "objects", List.of(1_000),
                                "mib", List.of(256),
                                "archive", List.of(1),
                                "rounds", List.of(5)));
        Report.machine();
        fill(directory, args.number("objects"), (long) args.number("mib") << 20);
        Restart measured = new Restart(directory, freePort(), args.number("archive") != 0);
        long[] nanos = new long[args.number("rounds")];
        for (int i = 0; i < nanos.length; i++) {
            nanos[i] = measured.startAndKill();
        }
        Report.line(
                "journal of %,d MiB at the end"
                        .formatted(Load.size(directory.resolve("journal")) >> 20));
        Report.durations("process start to first 200", nanos);
    }

    private static void fill(Path directory, int objects, long bytes) {
        try (DurableObjects filled =
                DurableObjects.builder()
                        .directory(directory)
                        .namespace(SeatServer.FLIGHT, Flight::new)
                        .build()) {
            Load.fill(filled, objects, THREADS, bytes);
        }
    }

    private long startAndKill() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(
                List.of(SeatServer.class.getName(), String.valueOf(port), directory.toString()));
        long begin = System.nanoTime();
        Process server =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            while (!listens()) {
                if (!server.isAlive()) {
                    throw new IllegalStateException("the server ended: " + server.exitValue());
                }
                LockSupport.parkNanos(GLANCE_NANOS);
            }
            int status = get("/seats");
            if (status != 200) {
                throw new IllegalStateException("the first answer has status " + status);
            }
            long end = System.nanoTime();
            write(); // So that it is killed with something new in the journal.
            return end - begin;
        } finally {
            server.toHandle().destroyForcibly();
            server.waitFor();
        }
    }

    /// Asks the kernel only: whoever sent a request every time would take the processor from the
    /// server.
    private boolean listens() {
        try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return probe.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private void write() throws IOException, InterruptedException {
        get("/bump");
    }

    private int get(String path) throws IOException, InterruptedException {
        URI target = URI.create("http://127.0.0.1:%d%s?flightId=1".formatted(port, path));
        return client.send(HttpRequest.newBuilder(target).build(), BodyHandlers.discarding())
                .statusCode();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
