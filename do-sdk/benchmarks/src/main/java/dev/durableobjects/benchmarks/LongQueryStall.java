package dev.durableobjects.benchmarks;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObjectNamespace;
import dev.durableobjects.Limit;
import dev.durableobjects.http.Response;
import dev.durableobjects.runtime.DurableObjects;
import dev.durableobjects.sql.SqlStorageException;
import io.helidon.logging.common.LogConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// What long queries of some objects do to requests that concern other objects.
///
/// Some objects query until the limit of a statement, `seconds=3`, ends them. Meanwhile one client
/// asks again and again, over HTTP, for a write of one row or for an answer without SQL. Goals: no
/// write takes 50 ms longer than without long queries, with `objects=4,8` of them; with all permits
/// for SQL taken, no answer without SQL does.
final class LongQueryStall implements AutoCloseable {

    private static final Binding<StallApi> STALL = Binding.of("STALL", StallApi.class);

    private static final int OK = 200;

    /// Between two requests, so that they meet the queries at different points.
    private static final long PAUSE_MILLIS = 5;

    private final int seconds;
    private final Scratch scratch = new Scratch();
    private final DurableObjects objects;
    private final DurableObjectNamespace<StallApi> namespace;
    private final WebServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    private LongQueryStall(int seconds) {
        this.seconds = seconds;
        this.objects =
                DurableObjects.builder()
                        .directory(scratch.path())
                        .limit(Limit.STATEMENT_SECONDS, seconds)
                        .namespace(STALL, StallingObject::new)
                        .build();
        this.namespace = objects.env().namespace(STALL);
        WebServerConfig.Builder config = WebServer.builder().host("127.0.0.1").port(0);
        objects.mount(config, (request, env) -> answer(request.path()));
        this.server = config.build().start();
    }

    /// Runs the program.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        LogConfig.configureRuntime();
        Args args = Args.of(arguments, Map.of("objects", List.of(4, 8), "seconds", List.of(3)));
        try (LongQueryStall stall = new LongQueryStall(args.number("seconds"))) {
            int permits = stall.objects.limits().get(Limit.SQL_PERMITS);
            Report.machine();
            Report.line("%d permits for SQL".formatted(permits));
            stall.measure(0, "/write");
            for (int busy : args.list("objects")) {
                stall.measure(busy, "/write");
                stall.compare(busy, "/write");
            }
            stall.measure(0, "/ping");
            stall.measure(permits, "/ping");
            stall.compare(permits, "/ping");
        }
    }

    private Response answer(String path) {
        StallApi object = namespace.getByName("fifth").rpc();
        return switch (path) {
            case "/write" -> {
                object.write();
                yield Response.text(200, "written");
            }
            case "/ping" -> Response.text(200, "ping " + object.ping());
            default -> Response.text(404, "Not found");
        };
    }

    private void measure(int busy, String path) throws IOException, InterruptedException {
        List<Runnable> queries = new ArrayList<>();
        for (int i = 0; i < busy; i++) {
            StallApi object = namespace.getByName("busy" + i).rpc();
            queries.add(() -> query(object));
        }
        String what = "%s while %d objects are in queries of %d s".formatted(path, busy, seconds);
        measure(what, Thread.ofVirtual(), queries, path);
    }

    /// Shows what the machine does by itself when as many threads want a processor.
    private void compare(int busy, String path) throws IOException, InterruptedException {
        List<Runnable> loops = Collections.nCopies(busy, this::compute);
        String what = "%s while %d other threads compute for %d s".formatted(path, busy, seconds);
        measure(what, Thread.ofPlatform(), loops, path);
    }

    private void measure(String what, Thread.Builder kind, List<Runnable> work, String path)
            throws IOException, InterruptedException {
        request(path); // The object and the connection are there before the first is counted.
        List<Thread> threads = work.stream().map(kind::start).toList();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        List<Long> nanos = new ArrayList<>();
        while (System.nanoTime() - end < 0) {
            long begin = System.nanoTime();
            request(path);
            nanos.add(System.nanoTime() - begin);
            Thread.sleep(PAUSE_MILLIS);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Report.durations(what, nanos.stream().mapToLong(Long::longValue).toArray());
    }

    private void compute() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    private static void query(StallApi object) {
        try {
            object.queryForLong();
        } catch (SqlStorageException expected) {
            return; // The limit ended it.
        }
        throw new IllegalStateException("a query without an end has ended");
    }

    private void request(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:%d%s".formatted(server.port(), path));
        HttpResponse<String> response =
                client.send(
                        HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != OK) {
            throw new IllegalStateException("%s: %s".formatted(path, response));
        }
    }

    @Override
    public void close() {
        server.stop();
        objects.close();
        scratch.close();
        client.close();
    }
}
